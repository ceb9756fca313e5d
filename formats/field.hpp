#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace ingest {

// Memory for the texts of one page. Views stay valid until clear(), which keeps the memory for the
// next page.
class Arena {
public:
    // Room for `size` bytes; their content is undefined.
    char* take(std::size_t size);
    std::string_view keep(std::string_view text);
    void clear();

    // Bytes handed out since clear().
    std::size_t used() const { return used_; }

private:
    struct Chunk {
        std::unique_ptr<char[]> data;
        std::size_t size = 0;
    };
    std::vector<Chunk> chunks_;
    std::size_t current_ = 0;
    std::size_t at_ = 0;
    std::size_t used_ = 0;
};

// One named value of a record as received.
struct Field {
    // text: decoded UTF-8. number, boolean, null, json: the JSON spelling (json is an array or
    // object).
    enum class Kind : std::uint8_t { text, number, boolean, null, json };
    std::string_view name;
    std::string_view value;
    Kind kind = Kind::text;
};

}  // namespace ingest
