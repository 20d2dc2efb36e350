# Run by cpack when the packages are there. CPack has put scripts into those with libraries that call ldconfig, which
# Debian's trigger does already. A package with such a script is not gone when it is removed: dpkg remembers it until it
# is purged.

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
