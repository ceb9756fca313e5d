#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace api {

// 16 hexadecimal digits of a record key (rk). Problem 400 for anything else.
std::int64_t rk_of(std::string_view hex);
std::string hex_of(std::int64_t rk);

// "12.00ff..": a source's number, a dot, and rk in hexadecimal. Problem 404 for anything else.
struct RecordNumber {
    std::int64_t source_id = 0;
    std::int64_t rk = 0;
};
RecordNumber record_number(const std::string& id);

}  // namespace api
