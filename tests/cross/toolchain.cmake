# SPDX-License-Identifier: BSD-3-Clause
# For Debian's cross compilers and multi-arch. From the environment come CROSS_PREFIX, e.g. powerpc64le-linux-gnu,
# CROSS_PROCESSOR, e.g. ppc64le, and CROSS_MULTIARCH, the folder below /usr/lib. There is no emulator: the kernel is to start
# the programs, because tests start programs, too.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR $ENV{CROSS_PROCESSOR})
set(CMAKE_C_COMPILER $ENV{CROSS_PREFIX}-gcc)
set(CMAKE_CXX_COMPILER $ENV{CROSS_PREFIX}-g++)
set(CMAKE_LIBRARY_ARCHITECTURE $ENV{CROSS_MULTIARCH})
set(ENV{PKG_CONFIG_LIBDIR} /usr/lib/$ENV{CROSS_MULTIARCH}/pkgconfig:/usr/share/pkgconfig)
