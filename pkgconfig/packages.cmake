# SPDX-License-Identifier: BSD-3-Clause
# Packages: `cpack -G DEB` or `cpack -G RPM` in a build folder that is configured with -DCMAKE_INSTALL_PREFIX=/usr.
#
# Debian: there is one package for each library, which replaces Debian's package, and one development package. Each of them
# provides Debian's package in one version: the version of the reference in the suite for which it is built. With a lower
# version, packages that depend on a minimum version would be removed. All packages of programs depend on a minimum
# version, and later revisions of Debian's corosync satisfy it too.
# Only Debian's development packages depend on an exact version. Of these, libcfg-dev, libquorum-dev and libsam-dev can be
# installed together with ours as long as they have that version. If they are installed when Debian's corosync is upgraded,
# `apt-get upgrade` does not upgrade them, nor libcfg7, libquorum5 and libsam4 on which they depend, until these packages
# are built again. `apt-get dist-upgrade` would remove them instead. All other packages are upgraded.
#
# RPM: distributions with RPM have all libraries of corosync in one package, together with libraries that are not replaced
# here. So the libraries are installed in a directory of their own. The dynamic linker searches it first while the package
# is installed.

set(CPACK_PACKAGE_NAME corosync-client)
set(CPACK_PACKAGE_CONTACT "corosync-client maintainers <maintainers@example.org>" CACHE STRING
    "The maintainer of the packages")
set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_GENERATOR DEB)
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_CURRENT_SOURCE_DIR}/packages_choose.cmake)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_SOURCE_DIR}/packages_finish.cmake)
set(CPACK_POST_BUILD_SCRIPTS ${CMAKE_CURRENT_SOURCE_DIR}/packages_purge.cmake)
set(CPACK_STRIP_FILES ON)

# The packages have the version and the time of the last entry in debian/changelog.
find_program(DPKG_PARSECHANGELOG dpkg-parsechangelog)
if(DPKG_PARSECHANGELOG)
    foreach(field Version Timestamp)
        execute_process(COMMAND ${DPKG_PARSECHANGELOG} -l ${CMAKE_CURRENT_SOURCE_DIR}/debian/changelog -S ${field}
            OUTPUT_VARIABLE ${field} OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    endforeach()
    if(NOT Version MATCHES "^${PROJECT_VERSION}-(.+)$")
        message(FATAL_ERROR "debian/changelog begins with ${Version}, but this is ${PROJECT_VERSION}")
    endif()
    set(CPACK_DEBIAN_PACKAGE_RELEASE ${CMAKE_MATCH_1})
    set(CPACK_COROSYNC_TIMESTAMP ${Timestamp})
endif()

# If the version of the reference is unknown, cpack stops with an error. Everything else can be built.
if(NOT reference_debian_version)
    message(STATUS "Debian's packages need -DCOROSYNC_CLIENT_DEBIAN_VERSION=...: no version of corosync is known here")
endif()
set(CPACK_COROSYNC_DEBIAN_VERSION "${reference_debian_version}")
set(CPACK_COROSYNC_DEBIAN_VERSION_GIVEN "${COROSYNC_CLIENT_DEBIAN_VERSION}")
set(CPACK_COROSYNC_REFERENCE ${CMAKE_CURRENT_SOURCE_DIR}/reference.cmake)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR}/lib)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SOURCE corosync-client)

file(STRINGS ${PROJECT_SOURCE_DIR}/LICENSE lines)
list(SUBLIST lines 2 -1 lines) # without the heading and the copyright holder, which have their own fields
foreach(line IN LISTS lines)
    string(APPEND license " ${line}\n")
endforeach()
configure_file(debian/copyright.in copyright @ONLY)

# debian_package(COMPONENT PACKAGE SECTION DESCRIPTION REPLACED...)
# Defines the package of a component, which replaces packages of Debian.
function(debian_package component package section description)
    string(TOUPPER CPACK_DEBIAN_${component} prefix)
    list(JOIN ARGN ", " replaced)
    list(TRANSFORM ARGN APPEND " (= ${reference_debian_version})" OUTPUT_VARIABLE provided)
    list(JOIN provided ", " provided)
    # Multi-Arch is appended to the section: CPack supports the field only since CMake 3.31.
    foreach(setting "PACKAGE_NAME=${package}" "PACKAGE_SECTION=${section}\nMulti-Arch: same" "DESCRIPTION=${description}"
            "PACKAGE_PROVIDES=${provided}" "PACKAGE_CONFLICTS=${replaced}" "PACKAGE_REPLACES=${replaced}")
        string(REGEX MATCH "^([A-Z_]+)=(.*)$" setting "${setting}")
        set(${prefix}_${CMAKE_MATCH_1} "${CMAKE_MATCH_2}" PARENT_SCOPE)
    endforeach()
    set(doc ${CMAKE_INSTALL_DATAROOTDIR}/doc/${package})
    install(FILES ${CMAKE_CURRENT_BINARY_DIR}/copyright
        DESTINATION ${doc} COMPONENT ${component} EXCLUDE_FROM_ALL)
    install(FILES CHANGELOG.md
        DESTINATION ${doc} RENAME changelog COMPONENT ${component} EXCLUDE_FROM_ALL)
    install(FILES debian/changelog
        DESTINATION ${doc} RENAME changelog.Debian COMPONENT ${component} EXCLUDE_FROM_ALL)
    set(kind library)
    if(component STREQUAL "dev")
        set(kind dev)
    endif()
    install(FILES debian/${kind}.lintian-overrides
        DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/lintian/overrides RENAME ${package}
        COMPONENT ${component} EXCLUDE_FROM_ALL)
endfunction()

# dpkg-shlibdeps can resolve libcorosync_common only if a package that contains it is installed, Debian's or ours.
execute_process(COMMAND dpkg-query -S libcorosync_common.so.4 OUTPUT_VARIABLE owner_of_common ERROR_QUIET)

# RPM's library directory: lib64 on 64-bit systems.
set(parallel_dir /usr/lib)
if(CMAKE_SIZEOF_VOID_P EQUAL 8)
    string(APPEND parallel_dir 64)
endif()
string(APPEND parallel_dir /corosync-client)

set(what_cmap "configuration and state of the node")
set(what_cpg "messages to groups of processes on all nodes")
set(what_votequorum "votes and quorum of the nodes")
set(what_corosync_common "names and conversions of results")
foreach(library IN LISTS libraries)
    get_target_property(soversion ${library} SOVERSION)
    string(REPLACE _ - package lib${library}${soversion})
    string(REPLACE _ - replaced_dev lib${library}-dev)
    list(APPEND replaced_devs ${replaced_dev})
    list(APPEND CPACK_COROSYNC_DEB_COMPONENTS lib${library})
    list(APPEND dependencies_of_dev "${package}-cc (= ${Version})")
    debian_package(lib${library} ${package}-cc libs
"Corosync client library: ${what_${library}}
It takes the place of ${package}, and programs built for that run
on it: the same interface, and the same protocol to the same daemon. See
corosync_client(7) in libcorosync-client-dev."
        ${package})
    string(TOUPPER CPACK_DEBIAN_LIB${library} prefix)
    if(NOT library STREQUAL corosync_common AND NOT owner_of_common)
        set(${prefix}_PACKAGE_DEPENDS "libcorosync-common4 (>= 1.99.9)")
    endif()
    # The dependency that dpkg-shlibdeps writes for programs: Debian's, so that they can run with both.
    configure_file(debian/${package}-cc.symbols ${package}/symbols COPYONLY)
    configure_file(debian/triggers ${package}/triggers COPYONLY)
    file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/${package}/shlibs
        "lib${library} ${soversion} ${package} (>= ${COROSYNC_RELEASE})\n")
    foreach(file symbols triggers shlibs)
        list(APPEND ${prefix}_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_BINARY_DIR}/${package}/${file})
    endforeach()

    install(TARGETS ${library} LIBRARY DESTINATION ${parallel_dir} NAMELINK_SKIP COMPONENT parallel EXCLUDE_FROM_ALL)
endforeach()
list(APPEND CPACK_COROSYNC_DEB_COMPONENTS dev)
debian_package(dev libcorosync-client-dev libdevel
"Corosync client libraries: development
Headers, manual and pkg-config files of libcmap, libcpg, libvotequorum and
libcorosync_common. It takes the place of the packages for development with
Debian's; those for the other libraries of Corosync go with it."
    ${replaced_devs})
list(JOIN dependencies_of_dev ", " dependencies_of_dev)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS "${dependencies_of_dev}, libqb-dev")

set(CPACK_COROSYNC_RPM_COMPONENTS parallel)
set(CPACK_RPM_COMPONENT_INSTALL ON)
set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_RELOCATABLE OFF)
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION /etc/ld.so.conf.d /usr/share/licenses)
set(CPACK_RPM_PARALLEL_PACKAGE_NAME corosync-client-libs)
set(CPACK_RPM_PARALLEL_PACKAGE_SUMMARY "Client libraries of the Corosync cluster engine")
set(CPACK_RPM_PARALLEL_PACKAGE_DESCRIPTION
"The libraries libcmap, libcpg, libvotequorum and libcorosync_common, which programs
use instead of those of corosynclib. See corosync_client(7).")
set(CPACK_RPM_PACKAGE_LICENSE BSD-3-Clause)
# Programs still depend on corosynclib, so this package provides no library names. It requires only its directory and
# the libraries of other packages.
set(CPACK_RPM_SPEC_MORE_DEFINE
"%global __provides_exclude_from ^${parallel_dir}/.*$
%global __requires_exclude ^libcorosync_common\\\\.so
%global debug_package %{nil}")
file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/ldconfig "/sbin/ldconfig\n")
set(CPACK_RPM_POST_INSTALL_SCRIPT_FILE ${CMAKE_CURRENT_BINARY_DIR}/ldconfig)
set(CPACK_RPM_POST_UNINSTALL_SCRIPT_FILE ${CMAKE_CURRENT_BINARY_DIR}/ldconfig)
set(snippet ${CMAKE_CURRENT_BINARY_DIR}/corosync-client-${CMAKE_SYSTEM_PROCESSOR}.conf)
file(WRITE ${snippet} "${parallel_dir}\n")
install(FILES ${snippet} DESTINATION /etc/ld.so.conf.d COMPONENT parallel EXCLUDE_FROM_ALL)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/licenses/corosync-client-libs
    COMPONENT parallel EXCLUDE_FROM_ALL)
install(FILES CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT parallel EXCLUDE_FROM_ALL)
install(FILES ${PROJECT_BINARY_DIR}/man/corosync_client.7 DESTINATION ${CMAKE_INSTALL_MANDIR}/man7
    COMPONENT parallel EXCLUDE_FROM_ALL)

include(CPack)
