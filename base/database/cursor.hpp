#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/database/database.hpp"

namespace base {

// Rows of a large query some at a time, as the server comes to them: what it sorts lies there. Of
// one transaction, which has one at a time.
class Cursor {
public:
    // Arguments as Tx::exec() takes them.
    template <typename... Args>
    Cursor(Tx& tx, std::string_view sql, const Args&... args) : tx_(tx) {
        tx.exec("DECLARE tilth_cursor NO SCROLL CURSOR FOR " + std::string(sql), args...);
    }
    Cursor(const Cursor&) = delete;

    // The next rows; fewer than asked for at the end, where the cursor is closed.
    pqxx::result next(int rows) {
        auto found = tx_.exec(fmt::format("FETCH {} FROM tilth_cursor", rows));
        if (found.size() < static_cast<pqxx::result::size_type>(rows))
            tx_.exec("CLOSE tilth_cursor");
        return found;
    }

private:
    Tx& tx_;
};

}  // namespace base
