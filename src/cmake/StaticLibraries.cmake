# SPDX-License-Identifier: BSD-3-Clause
# The same libraries as archives, for programs that are linked with them. libcorosync_common.a has what the others share,
# so that a program has it once. Without link-time optimization: only the very same compiler could read its objects.

# compiled(NAME TARGET): an object library of the sources of TARGET.
function(compiled name target)
    get_target_property(folder ${target} SOURCE_DIR)
    get_target_property(sources ${target} SOURCES)
    list(TRANSFORM sources PREPEND ${folder}/)
    add_library(${name} OBJECT ${sources})
    target_link_libraries(${name} PRIVATE library_rules PkgConfig::QB)
    target_compile_options(${name} PRIVATE $<TARGET_PROPERTY:${target},COMPILE_OPTIONS>)
    set_target_properties(${name} PROPERTIES INTERPROCEDURAL_OPTIMIZATION OFF)
endfunction()

compiled(core_objects core)
foreach(name corosync_common cmap cpg votequorum)
    compiled(${name}_objects ${name})
    add_library(${name}_static STATIC $<TARGET_OBJECTS:${name}_objects>)
    set_target_properties(${name}_static PROPERTIES
        OUTPUT_NAME ${name} LINKER_LANGUAGE C ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
    install(TARGETS ${name}_static EXPORT corosync-client INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev)
    if(NOT name STREQUAL corosync_common)
        target_link_libraries(${name}_static INTERFACE corosync_common_static)
    endif()
endforeach()
target_sources(corosync_common_static PRIVATE $<TARGET_OBJECTS:core_objects>)
target_link_libraries(corosync_common_static INTERFACE
    $<BUILD_INTERFACE:PkgConfig::QB> $<INSTALL_INTERFACE:PkgConfig::corosync_client_QB> Threads::Threads)
