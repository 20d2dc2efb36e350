# SPDX-License-Identifier: BSD-3-Clause
# Rules for the code of the libraries, which C programs use: no exceptions and no RTTI. The C linker driver with -z defs
# makes the link fail if the code needs the C++ run-time library.

# The libraries do not depend on the folder in which they are built.
set(same_in_any_folder
    -ffile-prefix-map=${PROJECT_SOURCE_DIR}=. -ffile-prefix-map=${PROJECT_BINARY_DIR}=build)
add_library(library_rules INTERFACE)
target_compile_options(library_rules INTERFACE
    -fno-exceptions -fno-rtti -fno-threadsafe-statics -fasynchronous-unwind-tables
    # A mere -U would come before the -Wp,-D_GLIBCXX_ASSERTIONS that distributions have.
    -Wp,-U_GLIBCXX_ASSERTIONS -D_GLIBCXX_NO_ASSERTIONS
    $<$<CXX_COMPILER_ID:GNU>:-Wno-hardened> # which -fhardened gives for the line above
    ${same_in_any_folder})
target_link_options(library_rules INTERFACE ${same_in_any_folder}) # where link-time optimization compiles
if(NOT COROSYNC_CLIENT_SANITIZE)
    target_compile_options(library_rules INTERFACE -Wframe-larger-than=2048)
endif()
if(COROSYNC_CLIENT_PROBES)
    include(CheckIncludeFileCXX)
    check_include_file_cxx(sys/sdt.h HAVE_SYS_SDT_H)
    if(HAVE_SYS_SDT_H)
        target_compile_definitions(library_rules INTERFACE COROSYNC_CLIENT_HAVE_PROBES)
    endif()
endif()
target_include_directories(library_rules INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(library_rules INTERFACE corosync_headers)

# corosync_library(NAME VERSION [MAP FILE] SOURCES... [LIBRARIES...])
# Adds lib<NAME>.so. The soname's number is that of VERSION. MAP lists the exported names; all others are hidden.
function(corosync_library name version)
    cmake_parse_arguments(arg "" "MAP" "SOURCES;LIBRARIES" ${ARGN})
    string(REGEX MATCH "^[0-9]+" soversion ${version})
    add_library(${name} SHARED ${arg_SOURCES})
    set_target_properties(${name} PROPERTIES
        VERSION ${version} SOVERSION ${soversion} LINKER_LANGUAGE C SKIP_BUILD_RPATH ON
        LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
    target_link_libraries(${name} PRIVATE library_rules ${arg_LIBRARIES})
    # What programs get with it from the CMake package: the same as from the .pc files.
    set(with PkgConfig::corosync_client_QB)
    if(NOT name STREQUAL corosync_common)
        set(with corosync-client::corosync_common)
    endif()
    target_link_libraries(${name} INTERFACE $<INSTALL_INTERFACE:${with}>)
    set(map ${CMAKE_CURRENT_SOURCE_DIR}/${arg_MAP})
    target_link_options(${name} PRIVATE -Wl,--version-script=${map} -Wl,--as-needed)
    set_target_properties(${name} PROPERTIES LINK_DEPENDS ${map})
    # With clang, the sanitizers' run-time library is linked to the program, not to the library.
    if(NOT (COROSYNC_CLIENT_SANITIZE AND CMAKE_CXX_COMPILER_ID MATCHES Clang))
        target_link_options(${name} PRIVATE -Wl,-z,defs)
    endif()
    install(TARGETS ${name} EXPORT corosync-client INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} NAMELINK_COMPONENT dev)
endfunction()
