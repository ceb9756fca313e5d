#include <unistd.h>

#include <cstdlib>

#include "base/error.hpp"
#include "formats/archive/bytes.hpp"
#include "tests/fuzz/input.hpp"

// The bytes as a file: plain, compressed, or an archive of members.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const int file = [] {
        char name[] = "/tmp/fuzz-archive-XXXXXX";
        int descriptor = mkstemp(name);
        if (descriptor >= 0) unlink(name);
        return descriptor;
    }();
    must(file >= 0 && ftruncate(file, 0) == 0);
    must(pwrite(file, data, size, 0) == static_cast<ssize_t>(size));
    try {
        ingest::Bytes bytes("/proc/self/fd/" + std::to_string(file));
        std::size_t total = 0;
        for (int members = 0; members < 100 && bytes.next_member(); ++members) {
            char buffer[4096];
            while (auto got = bytes.read(buffer, sizeof buffer)) {
                total += got;
                if (total > (8U << 20U)) return 0;
            }
        }
    } catch (const base::Error&) {
    }
    return 0;
}
