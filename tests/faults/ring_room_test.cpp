// SPDX-License-Identifier: BSD-3-Clause
// Attaching to rings when shared memory is full.
#include "raw_cmap.hpp"

#include "support/full_shared_memory.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace {

using namespace test;

// Makes the file sparse, like one whose creator did not allocate it.
void punch_hole(const std::string& path)
{
    const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    EXPECT_EQ(0, ::fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, HandshakeReply::kMessageSize));
    ::close(file);
}

TEST(RingsWithoutRoom, fail_initialize_with_no_space_and_leave_nothing_behind)
{
    const Variable transport{"COROSYNC_CLIENT_TRANSPORT", "auto"};
    for (const char* ring : {"request", "response", "event"}) {
        RawDaemon daemon;
        const auto descriptors = open_descriptors();
        punch_hole(daemon.rings().directory() + "/qb-" + ring + "-cmap-data");
        {
            const FullSharedMemory full;
            EXPECT_EQ(CS_ERR_NO_SPACE, Attempt().error()) << ring;
        }
        EXPECT_TRUE(daemon.end().hung_up()) << ring;
        EXPECT_TRUE(daemon.visited(1)) << ring << ": there is no point in falling back";
    }
}

} // namespace
