#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

#include "base/text/figures.hpp"

namespace app {

// Columns of text for people, aligned; numbers to the right.
class Table {
public:
    explicit Table(std::vector<std::string> header) : rows_{std::move(header)} {}
    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
    bool empty() const { return rows_.size() == 1; }
    void print() const;

private:
    std::vector<std::vector<std::string>> rows_;
};

// Makes the file, and the folder it is in, out of what `write` puts into it. What fails leaves
// neither, and a file of before as it was. Throws base::Error if it can not be written to its end.
void write_file(const std::filesystem::path& path, const std::function<void(std::ostream&)>& write);

// Makes files in a folder, which is made if it is not there, out of what `write` puts into the one
// that it is given. What fails leaves none of them, and files of before as they were. Throws
// base::UsageError if it is to hold a folder called `name`, unless that is empty, that is there and
// not empty.
void write_folder(
    const std::filesystem::path& folder,
    const std::string& name,
    const std::function<void(const std::filesystem::path&)>& write
);

// One JSON value and a line end on standard output.
void print_json(const boost::json::value& value);
// A line of text on standard output.
void print_line(std::string_view text);

using base::grouped;
using base::with_interval;

}  // namespace app
