# SPDX-License-Identifier: BSD-3-Clause
# cpack runs this file when the packages exist. CPack has added scripts that call ldconfig to the library packages.
# Debian's trigger does that already. And because of such a script, dpkg remembers a removed package until it is purged.

if(CPACK_GENERATOR STREQUAL "DEB")
    foreach(package IN LISTS CPACK_PACKAGE_FILES)
        set(tree ${CPACK_TEMPORARY_DIRECTORY}/again)
        file(REMOVE_RECURSE ${tree})
        execute_process(COMMAND dpkg-deb -R ${package} ${tree} COMMAND_ERROR_IS_FATAL ANY)
        file(REMOVE ${tree}/DEBIAN/postinst ${tree}/DEBIAN/postrm)
        execute_process(COMMAND dpkg-deb -Zxz --root-owner-group -b ${tree} ${package}
            OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
    endforeach()
endif()
