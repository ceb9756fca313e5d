// What commands print, and the files that they write: beside the place that they will have, until
// they are whole.
#include "app/output.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>

#include <unistd.h>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/json/plain.hpp"
#include "base/run/temporary_folder.hpp"
#include "base/text/printable.hpp"
#include "base/text/utf8.hpp"

namespace app {

namespace {

bool is_number(const std::string& text) {
    return !text.empty() && (std::isdigit(static_cast<unsigned char>(text[0])) || text[0] == '-') &&
           text.find_first_not_of("0123456789.,-+e% ") == text.npos;
}

}  // namespace

void Table::print() const {
    std::vector<std::size_t> widths(rows_[0].size());
    std::vector<bool> numeric(widths.size(), rows_.size() > 1);
    for (std::size_t r = 0; r < rows_.size(); ++r)
        for (std::size_t i = 0; i < rows_[r].size() && i < widths.size(); ++i) {
            widths[i] = std::max(widths[i], base::count_code_points(rows_[r][i]));
            if (r > 0 && !rows_[r][i].empty() && !is_number(rows_[r][i])) numeric[i] = false;
        }
    for (const auto& row : rows_) {
        std::string line;
        for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i) {
            std::string padding(widths[i] - base::count_code_points(row[i]), ' ');
            if (i > 0) line += "  ";
            line += numeric[i] ? padding + row[i] : row[i] + padding;
        }
        line.erase(line.find_last_not_of(' ') + 1);
        print_line(line);
    }
}

void write_file(
    const std::filesystem::path& path,
    const std::function<void(std::ostream&)>& write
) {
    auto part = path;
    part += ".part";
    std::error_code refused;
    const bool made = std::filesystem::create_directories(path.parent_path(), refused);
    try {
        std::ofstream out(part, std::ios::binary);
        if (!out) throw base::Error(path.string(), "cannot be written", "choose another --out");
        write(out);
        out.flush();
        if (!out)
            throw base::Error(path.string(), "could not be written to its end", "free disk space");
        std::filesystem::rename(part, path);
    } catch (...) {
        std::error_code ignored;
        std::filesystem::remove(part, ignored);
        if (made) std::filesystem::remove(path.parent_path(), ignored);  // if it is empty
        throw;
    }
}

void write_folder(
    const std::filesystem::path& folder,
    const std::string& name,
    const std::function<void(const std::filesystem::path&)>& write
) {
    std::error_code refused;
    if (!name.empty() && std::filesystem::is_directory(folder / name) &&
        !std::filesystem::is_empty(folder / name, refused))
        throw base::UsageError(
            (folder / name).string(), "is there already", "move it away, or choose another --out"
        );
    const bool made = std::filesystem::create_directories(folder, refused);
    try {
        base::TemporaryFolder part(folder, ".part");
        write(part.path());
        for (const auto& entry : std::filesystem::directory_iterator(part.path())) {
            const auto to = folder / entry.path().filename();
            if (entry.is_directory()) std::filesystem::remove(to);  // it is empty
            std::filesystem::rename(entry.path(), to);
        }
    } catch (const std::filesystem::filesystem_error& error) {
        throw base::Error(folder.string(), error.code().message(), "choose another --out");
    } catch (...) {
        if (made) std::filesystem::remove(folder, refused);  // if it is empty
        throw;
    }
}

void print_json(const boost::json::value& value) {
    std::cout << base::plain_json(value) << '\n';
}
void print_line(std::string_view text) {
    static const bool terminal = ::isatty(STDOUT_FILENO) != 0;
    if (terminal) {
        std::cout << base::printable(text) << '\n';
    } else {
        std::cout << text << '\n';
    }
}

}  // namespace app
