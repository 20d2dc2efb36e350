# SPDX-License-Identifier: BSD-3-Clause
# cpack runs this file when all files of the packages are in CPACK_TEMPORARY_DIRECTORY.

# Do not depend on the umask.
execute_process(COMMAND find ${CPACK_TEMPORARY_DIRECTORY} -type d -exec chmod 755 {} + COMMAND_ERROR_IS_FATAL ANY)

# Distributions compress man pages and changelogs.

file(GLOB pages ${CPACK_TEMPORARY_DIRECTORY}/*/usr/share/man/man?/*.?
    ${CPACK_TEMPORARY_DIRECTORY}/*/usr/share/doc/*/changelog
    ${CPACK_TEMPORARY_DIRECTORY}/*/usr/share/doc/*/changelog.Debian)
foreach(page IN LISTS pages)
    if(IS_SYMLINK ${page})
        file(READ_SYMLINK ${page} other)
        file(REMOVE ${page})
        file(CREATE_LINK ${other}.gz ${page}.gz SYMBOLIC)
    else()
        execute_process(COMMAND gzip -9n ${page} COMMAND_ERROR_IS_FATAL ANY)
    endif()
endforeach()
