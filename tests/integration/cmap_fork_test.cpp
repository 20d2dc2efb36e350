// Handles across fork: either side may use one, and neither spoils it for the other by leaving.
#include "cmap_fixture.hpp"
#include "support/companion.hpp"

#include <unistd.h>

namespace {

using namespace test;

using CmapFork = CmapTest;

cs_error_t ask(cmap_handle_t handle)
{
    return cmap_get(handle, "totem.version", nullptr, nullptr, nullptr);
}

// The parent's side of the handle is as it was: requests and events.
void expect_unharmed(Cmap& cmap, const char* key)
{
    auto& tracker = cmap.track(key, kEverything);
    EXPECT_EQ(CS_OK, ask(cmap));
    change(key, 3);
    EXPECT_TRUE(readable(cmap.fd(), kPatience));
    EXPECT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ALL));
    EXPECT_EQ(3U, tracker.count());
    EXPECT_FALSE(readable(cmap.fd(), kGlance));
}

// T97, CMAP-D26, decision 4
TEST_F(CmapFork, lets_the_child_use_and_finalize_the_handle)
{
    Cmap cmap;
    EXPECT_EQ(0, in_child([&] { return ask(cmap) == CS_OK && cmap_finalize(cmap) == CS_OK ? 0 : 1; }));
    expect_unharmed(cmap, "fork.finalize");
}

// Decision 4
TEST_F(CmapFork, lets_the_child_only_finalize_the_handle)
{
    Cmap cmap;
    const auto files = connection_entries(daemon().pid());
    EXPECT_EQ(0, in_child([&] {
                  const int fd = cmap.fd();
                  if (cmap_finalize(cmap) != CS_OK)
                      return 1;
                  if (open_descriptors().contains(fd))
                      return 2;
                  return cmap_finalize(cmap) == CS_ERR_BAD_HANDLE ? 0 : 3;
              }));
    EXPECT_EQ(files, connection_entries(daemon().pid()));
    expect_unharmed(cmap, "fork.only");
}

// C23
TEST_F(CmapFork, lets_the_child_close_what_it_inherited)
{
    Cmap cmap;
    EXPECT_EQ(0, in_child([] {
                  for (const auto& [fd, target] : open_descriptors())
                      ::close(fd);
                  return 0;
              }));
    expect_unharmed(cmap, "fork.close");
}

// C23
TEST_F(CmapFork, lets_the_child_run_another_program)
{
    Cmap cmap;
    EXPECT_EQ(0, in_child([] {
                  ::execlp("true", "true", nullptr);
                  return 1;
              }));
    expect_unharmed(cmap, "fork.exec");
}

// Decision 4: it is the child that goes on, as in a program that initializes and then becomes a daemon.
TEST_F(CmapFork, lets_a_handle_live_on_in_the_child)
{
    EXPECT_EQ(0, in_child([] {
                  Cmap cmap;
                  const int grandchild = in_child([&] {
                      auto& tracker = cmap.track("fork.live", kEverything);
                      change("fork.live", 3);
                      if (ask(cmap) != CS_OK || cmap_dispatch(cmap, CS_DISPATCH_ALL) != CS_OK)
                          return 1;
                      return tracker.count() == 3 && cmap.finalize() == CS_OK ? 0 : 2;
                  });
                  ::_exit(grandchild); // and the creator has not used it meanwhile, nor finalizes it
                  return -1;
              }));
}

// Decision 4: and the creator is gone when it does, with all that the kernel takes back from it.
TEST_F(CmapFork, lets_a_handle_outlive_its_creator)
{
    Companion creator([](Line& line) {
        Cmap cmap;
        const pid_t parent = ::getpid();
        if (::fork() != 0)
            ::_exit(0);
        if (!eventually([=] { return ::getppid() != parent; }))
            line.say("the creator stays");
        auto& tracker = cmap.track("fork.outlive", kEverything);
        change("fork.outlive", 3);
        const bool works = ask(cmap) == CS_OK && cmap_dispatch(cmap, CS_DISPATCH_ALL) == CS_OK && tracker.count() == 3;
        line.say(works && cmap.finalize() == CS_OK ? "works" : "fails");
        ::_exit(0);
    });
    EXPECT_EQ("works", creator.hear());
    EXPECT_EQ(0, creator.wait());
    EXPECT_TRUE(eventually([] { return connection_entries(daemon().pid()).empty(); }));
}

// Decision 4
TEST_F(CmapFork, lets_the_child_open_handles_of_its_own)
{
    Cmap cmap;
    EXPECT_EQ(0, in_child([] {
                  Cmap own;
                  return ask(own) == CS_OK && own.finalize() == CS_OK ? 0 : 1;
              }));
    expect_unharmed(cmap, "fork.own");
}

} // namespace
