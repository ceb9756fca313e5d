#pragma once

#include <string>
#include <string_view>

namespace base {

// The text of a .sql file whose queries each follow a `-- name: words` line.
struct QueryFile {
    std::string_view text;

    // The query called `name`, up to its closing semicolon at the end of a line.
    // A name that the file lacks does not compile.
    consteval std::string_view operator[](std::string_view name) const {
        for (auto at = text.find(mark); at != text.npos; at = text.find(mark, at + 1)) {
            auto rest = text.substr(at + mark.size());
            auto line_end = rest.find('\n');
            if (rest.substr(0, line_end) == name) return body(rest.substr(line_end + 1));
        }
        throw "no such query";
    }

    // Calls visit(name, query) for each query in the file.
    template <typename Visit>
    void each(Visit visit) const {
        for (auto at = text.find(mark); at != text.npos; at = text.find(mark, at + 1)) {
            auto rest = text.substr(at + mark.size());
            auto line_end = rest.find('\n');
            visit(rest.substr(0, line_end), body(rest.substr(line_end + 1)));
        }
    }

private:
    static constexpr std::string_view mark = "-- name: ";

    static constexpr std::string_view body(std::string_view rest) {
        auto end = rest.find(";\n");
        return end == rest.npos ? rest : rest.substr(0, end);
    }
};

}  // namespace base
