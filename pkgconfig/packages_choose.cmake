# SPDX-License-Identifier: BSD-3-Clause
# cpack reads this file first, for each generator.

if(NOT CPACK_PACKAGING_INSTALL_PREFIX STREQUAL "/usr")
    message(FATAL_ERROR "Packages need a build folder that is configured with -DCMAKE_INSTALL_PREFIX=/usr")
endif()
if(CPACK_GENERATOR STREQUAL "DEB" AND NOT CPACK_COROSYNC_TIMESTAMP)
    message(FATAL_ERROR "Debian's packages need a build folder that is configured where dpkg-dev is installed")
endif()
if(CPACK_GENERATOR STREQUAL "DEB" AND NOT CPACK_COROSYNC_DEBIAN_VERSION)
    message(FATAL_ERROR "Neither dpkg nor apt knew a version of Debian's corosync, and the packages have to provide "
        "it. Configure the build folder with -DCOROSYNC_CLIENT_DEBIAN_VERSION=..., which is what "
        "`dpkg-query -W libcorosync-common4` says where the packages are to be installed")
endif()
if(CPACK_GENERATOR STREQUAL "DEB" AND NOT CPACK_COROSYNC_DEBIAN_VERSION_GIVEN)
    include(${CPACK_COROSYNC_REFERENCE})
    learn_debian_version(version)
    if(NOT version STREQUAL CPACK_COROSYNC_DEBIAN_VERSION)
        message(FATAL_ERROR "This build folder is configured for corosync ${CPACK_COROSYNC_DEBIAN_VERSION}, but it is "
            "'${version}' here now. Configure it again, or with -DCOROSYNC_CLIENT_DEBIAN_VERSION=...")
    endif()
endif()
unset(CPACK_PACKAGE_DESCRIPTION_SUMMARY) # otherwise it precedes each package's own description
set(CPACK_COMPONENTS_ALL ${CPACK_COROSYNC_${CPACK_GENERATOR}_COMPONENTS})
if(NOT DEFINED ENV{SOURCE_DATE_EPOCH} AND CPACK_COROSYNC_TIMESTAMP)
    set(ENV{SOURCE_DATE_EPOCH} ${CPACK_COROSYNC_TIMESTAMP})
endif()
