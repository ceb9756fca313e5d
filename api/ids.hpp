#pragma once

#include <cstdint>
#include <string>

namespace api {

// "12.00ff..": a source's number, a dot, and rk in hexadecimal. Problem 404 for anything else.
struct RecordNumber {
    std::int64_t source_id = 0;
    std::int64_t rk = 0;
};
RecordNumber record_number(const std::string& id);

}  // namespace api
