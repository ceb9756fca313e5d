#include <sys/mman.h>
#include <unistd.h>

#include "formats/warc/warc.hpp"
#include "tests/fuzz/input.hpp"

// An archive: every record comes once, and the messages in it can be looked at.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const int file = memfd_create("warc", 0);
    must(file >= 0 && ftruncate(file, 0) == 0);
    must(pwrite(file, data, size, 0) == static_cast<ssize_t>(size));
    crawler::WarcReader reader("/proc/self/fd/" + std::to_string(file), 0, 1U << 20U);
    std::size_t records = 0;
    while (auto record = reader.next()) {
        must(++records <= 64 * (size + 16));
        (void)crawler::check_block(*record);
        (void)crawler::check_payload(*record);
        if (auto message = crawler::parse_http_response(record->block))
            (void)crawler::decoded_body(*message, 1U << 20U);
        (void)reader.position();
    }
    return 0;
}
