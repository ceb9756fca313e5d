// Which files an input names: a file, a folder with all in it, a glob, or standard input. What is
// hidden or a mail that is still being delivered is no input; what can not be listed is an error,
// because its files would otherwise seem not to be there.
#include "ingest/sources/files/inputs.hpp"

#include <glob.h>

#include <algorithm>
#include <filesystem>

#include "base/error.hpp"

namespace ingest {

namespace fs = std::filesystem;

namespace {

// A folder of mail with one message a file; those that are being delivered are in tmp/. The folders
// in it begin with a dot.
bool is_maildir(const fs::path& folder) {
    std::error_code ignored;
    return fs::is_directory(folder / "cur", ignored) && fs::is_directory(folder / "new", ignored);
}

void add_folder(const fs::path& folder, bool follow_links, InputFiles& into) {
    auto& files = into.files;
    auto from = files.size();
    // What can not be looked into is told of: its files must not seem to be none.
    std::error_code fault;
    auto last = folder;
    auto check = [&] {
        if (fault)
            throw base::Error(
                last.string(),
                "cannot be listed: " + fault.message(),
                "give the right to read it, or name what to read without it"
            );
    };
    auto entry = fs::recursive_directory_iterator(folder, fault);
    check();
    for (; entry != fs::recursive_directory_iterator(); entry.increment(fault), check()) {
        last = entry->path();
        auto name = entry->path().filename().string();
        bool mail = entry->is_directory() && is_maildir(entry->path());
        bool unfinished =
            entry->is_directory() && name == "tmp" && is_maildir(entry->path().parent_path());
        if ((name.starts_with(".") && !mail) || unfinished) {
            if (entry->is_directory()) entry.disable_recursion_pending();
            continue;
        }
        if (entry->is_symlink() && !follow_links) {
            ++into.links;
        } else if (entry->is_regular_file()) {
            files.push_back(
                {entry->path().string(), entry->path().lexically_relative(folder).string()}
            );
        }
    }
    std::sort(
        files.begin() + static_cast<std::ptrdiff_t>(from),
        files.end(),
        [](const auto& a, const auto& b) { return a.path < b.path; }
    );
}

void add_path(const std::string& path, bool follow_links, InputFiles& into) {
    if (fs::is_directory(path)) {
        add_folder(path, follow_links, into);
    } else {
        into.files.push_back({path, fs::path(path).filename().string()});
    }
}

std::vector<std::string> matches(const std::string& pattern) {
    glob_t found{};
    std::vector<std::string> paths;
    if (::glob(pattern.c_str(), GLOB_TILDE, nullptr, &found) == 0) {
        paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
    }
    ::globfree(&found);
    return paths;
}

}  // namespace

InputFiles list_files(const std::vector<std::string>& inputs, bool follow_links) {
    InputFiles all;
    for (auto input : inputs) {
        if (input == "-") {
            all.files.push_back({"-", "stdin"});
            continue;
        }
        if (input.starts_with("file://")) input.erase(0, 7);
        std::error_code ignored;
        if (fs::exists(input, ignored)) {
            add_path(input, follow_links, all);
            continue;
        }
        auto found =
            input.find_first_of("*?[") == input.npos ? std::vector<std::string>{} : matches(input);
        if (found.empty()) throw base::Error(input, "no such file or folder", "check the path");
        for (const auto& path : found) add_path(path, follow_links, all);
    }
    return all;
}

}  // namespace ingest
