# Which release of corosync is the reference here. Programs' configure scripts read it from the pkg-config files, and
# other packages' dependencies from Debian's packages, so it is not the project's own version.

# learn_debian_version(RESULT): the version of Debian's packages of corosync: the installed ones, else those that
# apt would install. Empty where nobody knows.
function(learn_debian_version result)
    set(found "")
    execute_process(COMMAND dpkg-query -W -f "\${db:Status-Status} \${source:Package} \${Version}\n"
        OUTPUT_VARIABLE packages ERROR_QUIET)
    string(REGEX MATCHALL "\ninstalled corosync [^\n]+" lines "\n${packages}")
    foreach(line IN LISTS lines)
        string(REGEX REPLACE ".* " "" version "${line}")
        # They differ while some wait for others in an upgrade. All ask for a minimum, so the highest fits.
        execute_process(COMMAND dpkg --compare-versions "${version}" gt "${found}" RESULT_VARIABLE not_higher)
        if(NOT not_higher)
            set(found ${version})
        endif()
    endforeach()
    if(NOT found)
        execute_process(COMMAND ${CMAKE_COMMAND} -E env LC_ALL=C apt-cache policy libcorosync-common4
            OUTPUT_VARIABLE policy ERROR_QUIET)
        if(policy MATCHES "Candidate: ([0-9][^\n]*)")
            set(found ${CMAKE_MATCH_1})
        endif()
    endif()
    set(${result} "${found}" PARENT_SCOPE)
endfunction()
