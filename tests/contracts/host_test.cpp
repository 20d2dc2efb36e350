// SPDX-License-Identifier: BSD-3-Clause
// Any program: the libraries do not change the process. Old and new programs find the functions with which they were
// linked.
#include "contract.hpp"
#include "support/eavesdropper.hpp"

#include <fstream>
#include <map>

#include <dlfcn.h>
#include <link.h>

namespace {

using namespace test;

using ContractC20 = Contract;
using ContractC21 = Contract;

// Makes calls with a daemon, after its death, and without one.
void make_calls(Daemon& daemon)
{
    auto handles = one_of_each();
    for (const bool alive : {true, false}) {
        for (const auto& handle : handles) {
            EXPECT_EQ(alive ? CS_OK : CS_ERR_LIBRARY, handle.ask());
            EXPECT_EQ(alive ? CS_OK : CS_ERR_LIBRARY, handle.provoke());
            EXPECT_EQ(alive ? CS_OK : CS_ERR_LIBRARY, handle.dispatch(alive ? CS_DISPATCH_ONE : CS_DISPATCH_BLOCKING));
        }
        if (alive)
            daemon.kill();
    }
    for (auto& handle : handles)
        handle.finalize();
    for (const auto& service : services) {
        std::uint64_t none = kNoHandle;
        EXPECT_EQ(CS_ERR_LIBRARY, service.initialize(&none)) << service.name;
        EXPECT_EQ(CS_ERR_BAD_HANDLE, service.ask(none)) << service.name;
    }
}

TEST_F(ContractC20, libraries_do_not_change_the_process)
{
    Eavesdropper eavesdropper;
    make_calls(daemon());
    EXPECT_EQ("", eavesdropper.heard());
    EXPECT_TRUE(untouched() == ProcessState());
}

// The library of this name, which the program has already loaded.
void* library(const char* soname)
{
    void* found = ::dlopen(soname, RTLD_NOW | RTLD_NOLOAD);
    if (found)
        ::dlclose(found); // it stays loaded, because the program needs it
    return found;
}

bool has_versions(void* library)
{
    link_map* map = nullptr;
    ::dlinfo(library, RTLD_DI_LINKMAP, &map);
    const ElfW(Dyn)* entry = map->l_ld;
    while (entry->d_tag != DT_NULL && entry->d_tag != DT_VERDEF)
        ++entry;
    return entry->d_tag == DT_VERDEF;
}

// tests/abi compares the same lists of functions and versions with the library files. It also runs programs that were
// linked with older and newer libraries.
TEST_F(ContractC21, functions_are_found_with_and_without_a_version)
{
    const std::map<std::string, const char*> lists = {{"libcmap", "libcmap.so.4"},
                                                      {"libcpg", "libcpg.so.4"},
                                                      {"libvotequorum", "libvotequorum.so.8"},
                                                      {"libcorosync_common", "libcorosync_common.so.4"}};
    for (const auto& [list, soname] : lists) {
        void* loaded = library(soname);
        ASSERT_NE(nullptr, loaded) << soname;
        std::ifstream lines(EXPORTS + ("/" + list + ".txt"));
        int functions = 0;
        for (std::string kind, symbol; lines >> kind;) {
            std::getline(lines >> std::ws, symbol);
            if (kind != "T")
                continue;
            ++functions;
            const auto at = symbol.find("@@");
            const auto name = symbol.substr(0, at);
            void* plain = ::dlsym(loaded, name.c_str());
            EXPECT_NE(nullptr, plain) << name;
            if (at != std::string::npos) {
                EXPECT_EQ(plain, ::dlvsym(loaded, name.c_str(), symbol.c_str() + at + 2)) << symbol;
            } else { // the reference has no version for it
                EXPECT_EQ(nullptr, ::dlvsym(loaded, name.c_str(), "COROSYNC_CLIENT_1.0")) << symbol;
            }
        }
        EXPECT_LT(0, functions) << list;
        EXPECT_TRUE(has_versions(loaded))
            << list; // libcorosync_common has versions only for functions that the reference lacks
    }
}

} // namespace
