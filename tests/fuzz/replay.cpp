// SPDX-License-Identifier: BSD-3-Clause
// Used instead of libFuzzer: replay FOLDER REACHED runs the target once on each file of the folder. It fails if they
// get less often to a callback or the result of a call than that.
#include "input.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int count, char** arguments)
{
    if (count != 3)
        return 2;
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(arguments[1])) {
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(file), {}};
        std::fprintf(stderr, "%s\n", entry.path().c_str()); // the last name is that of an input that crashes
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
        ++files;
    }
    std::printf("%d files, reached %u\n", files, fuzz::reached);
    return files > 0 && fuzz::reached >= std::strtoul(arguments[2], nullptr, 10) ? 0 : 1;
}
