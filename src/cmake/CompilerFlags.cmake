# SPDX-License-Identifier: BSD-3-Clause
# Flags for all targets: language level, warnings, hardening, sanitizers.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
add_compile_definitions(_GNU_SOURCE)

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wundef -Wcast-qual -Wwrite-strings
    -Wpointer-arith -Wformat=2 -Wvla
    $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor> $<$<COMPILE_LANGUAGE:CXX>:-Wold-style-cast>
    $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes> $<$<COMPILE_LANGUAGE:C>:-Wmissing-prototypes>)
if(COROSYNC_CLIENT_WERROR)
    add_compile_options(-Werror)
endif()

if(COROSYNC_CLIENT_FUZZ)
    if(NOT CMAKE_CXX_COMPILER_ID MATCHES Clang)
        message(FATAL_ERROR "COROSYNC_CLIENT_FUZZ needs clang, for its libFuzzer")
    endif()
    set(COROSYNC_CLIENT_SANITIZE address)
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(COROSYNC_CLIENT_SANITIZE STREQUAL "address")
    # vptr needs RTTI. And a C program may pass any number for an enum; the functions check that themselves.
    set(sanitize -fsanitize=address,undefined -fno-sanitize=vptr,enum -fno-sanitize-recover=all
        -fno-omit-frame-pointer)
    if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
        list(APPEND sanitize -fno-sanitize=function) # which needs RTTI and its run time, and C programs have none
    endif()
elseif(COROSYNC_CLIENT_SANITIZE STREQUAL "thread")
    set(sanitize -fsanitize=thread -fno-omit-frame-pointer)
elseif(COROSYNC_CLIENT_SANITIZE)
    message(FATAL_ERROR "COROSYNC_CLIENT_SANITIZE is '${COROSYNC_CLIENT_SANITIZE}'; it must be empty, address or thread")
endif()
if(COROSYNC_CLIENT_SANITIZE)
    add_compile_options(${sanitize})
    add_link_options(${sanitize})
endif()

# Prepended, so that a packager's CFLAGS and LDFLAGS override these.
if(COROSYNC_CLIENT_HARDEN AND NOT COROSYNC_CLIENT_SANITIZE)
    include(CheckCXXCompilerFlag)
    set(hardening -fstack-protector-strong)
    foreach(flag -fstack-clash-protection -fcf-protection)
        string(MAKE_C_IDENTIFIER HAVE${flag} have)
        check_cxx_compiler_flag(${flag} ${have})
        if(${have})
            string(APPEND hardening " ${flag}")
        endif()
    endforeach()
    if(NOT "${CMAKE_C_FLAGS} ${CMAKE_CXX_FLAGS}" MATCHES "_FORTIFY_SOURCE" AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
        string(APPEND hardening " -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2")
    endif()
    set(CMAKE_C_FLAGS "${hardening} ${CMAKE_C_FLAGS}")
    set(CMAKE_CXX_FLAGS "${hardening} ${CMAKE_CXX_FLAGS}")
    foreach(kind SHARED EXE)
        set(CMAKE_${kind}_LINKER_FLAGS "-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack ${CMAKE_${kind}_LINKER_FLAGS}")
    endforeach()
endif()
