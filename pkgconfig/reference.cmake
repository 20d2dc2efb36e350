# SPDX-License-Identifier: BSD-3-Clause
# Determines the corosync release that is the reference on this system. The pkg-config files and the packages have its
# version, not the project's own, because configure scripts and dependencies of other packages check it.

# learn_debian_version(RESULT): the version of Debian's corosync packages: of the installed ones, otherwise of those that
# apt would install. Empty if it is unknown.
function(learn_debian_version result)
    set(found "")
    execute_process(COMMAND dpkg-query -W -f "\${db:Status-Status} \${source:Package} \${Version}\n"
        OUTPUT_VARIABLE packages ERROR_QUIET)
    string(REGEX MATCHALL "\ninstalled corosync [^\n]+" lines "\n${packages}")
    foreach(line IN LISTS lines)
        string(REGEX REPLACE ".* " "" version "${line}")
        # During an upgrade they can differ. All dependencies are minimum versions, so take the highest.
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

# cmake -P reference.cmake prints that version.
if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
    learn_debian_version(version)
    execute_process(COMMAND ${CMAKE_COMMAND} -E echo "${version}")
endif()
