# SPDX-License-Identifier: BSD-3-Clause
# Sourced: what each architecture is called by whom.
# shellcheck shell=bash

# know ARCHITECTURE: Debian's name for it. Sets the suite that its system is of, the prefix of the compiler, the folder
# of its libraries below /usr/lib, CMake's name, qemu's, and the head of its programs as binfmt_misc wants it: class, byte
# order and machine of ELF. False if it is none of ours.
# shellcheck disable=SC2034 # for the scripts that source this one
know() {
    local class=2 order=1 machine
    suite=bookworm
    case $1 in
    arm64) prefix=aarch64-linux-gnu processor=aarch64 machine='\xb7\x00' ;;
    armhf) prefix=arm-linux-gnueabihf processor=arm class=1 machine='\x28\x00' suite=trixie ;; # time_t of 64 bits
    i386) prefix=i686-linux-gnu processor=i386 class=1 machine='\x03\x00' ;;
    ppc64el) prefix=powerpc64le-linux-gnu processor=ppc64le machine='\x15\x00' ;;
    riscv64) prefix=riscv64-linux-gnu processor=riscv64 machine='\xf3\x00' suite=trixie ;; # not in bookworm
    s390x) prefix=s390x-linux-gnu processor=s390x order=2 machine='\x00\x16' ;;
    *) return 1 ;;
    esac
    multiarch=${prefix/i686/i386}
    # The type of file is 2 for a program or 3 for one that may lie anywhere, so its last bit does not count.
    local type='\x02\x00' type_mask='\xfe\xff'
    [ $order = 1 ] || { type='\x00\x02' && type_mask='\xff\xfe'; }
    magic="\\x7fELF\\x0$class\\x0$order\\x01$(printf '\\x00%.0s' 1 2 3 4 5 6 7 8 9)$type$machine"
    mask="$(printf '\\xff%.0s' 1 2 3 4 5 6 7)\\x00$(printf '\\xff%.0s' 1 2 3 4 5 6 7 8)$type_mask\\xff\\xff"
}
