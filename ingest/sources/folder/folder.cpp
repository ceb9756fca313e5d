// A folder that is watched, run by run.
//
// What was read is told by the bookmark, a table of files with their sizes and times of change: it
// is stored in the transaction that ends a complete run, so that a run that was interrupted reads
// the same files again. Contents are not compared, because a file that was touched costs one
// reading and finds its records unchanged. Files are stamped before they are read: one that is
// written to meanwhile differs from its stamp the next time.
#include <fnmatch.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include <fmt/format.h>
#include <boost/algorithm/string/join.hpp>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "ingest/sources/files/cursor.hpp"
#include "ingest/sources/files/inputs.hpp"

namespace ingest {

namespace {

namespace json = boost::json;

constexpr std::size_t told_at_most = 5;

std::string stamp_of(const std::string& path) {
    Cursor now;
    stamp(path, now);
    return fmt::format("{} {}", now.size, now.changed);
}

bool belongs(const std::vector<std::string>& names, const std::string& path) {
    auto name = std::filesystem::path(path).filename().string();
    return names.empty() || std::any_of(names.begin(), names.end(), [&](const auto& glob) {
               return ::fnmatch(glob.c_str(), name.c_str(), 0) == 0;
           });
}

// "a.csv, b.csv and 7 more".
std::string told(const std::vector<std::string>& files) {
    auto shown = std::min(files.size(), told_at_most);
    std::vector<std::string> first(
        files.begin(), files.begin() + static_cast<std::ptrdiff_t>(shown)
    );
    auto text = boost::algorithm::join(first, ", ");
    return files.size() == shown ? text : fmt::format("{} and {} more", text, files.size() - shown);
}

class FolderConnector : public Connector {
public:
    FolderConnector(
        const WatchedFolder& folder,
        std::string_view cursor,
        std::optional<std::string_view> bookmark
    )
        : is_run_(bookmark.has_value()) {
        if (!std::filesystem::is_directory(folder.path))
            throw base::Error(folder.path, "is no folder", "check the path");
        auto known = json::parse(bookmark.value_or("").empty() ? "{}" : *bookmark).as_object();
        auto listed = list_files({folder.path}, folder.read.follow_links);
        InputFiles fresh{{}, listed.links};
        for (auto& file : listed.files) {
            if (!belongs(folder.names, file.path)) continue;
            auto name = shown_name(file.path);
            auto now = stamp_of(file.path);
            const auto* before = known.if_contains(name);
            if (before && before->as_string() != now) replaced_.changed.push_back(name);
            if (!before) ++added_;
            if (!before || before->as_string() != now) fresh.files.push_back(std::move(file));
            stamps_[name] = std::move(now);
        }
        for (const auto& [name, before] : known)
            if (!stamps_.contains(std::string(name))) replaced_.vanished.emplace_back(name);
        // More often a disk that is not mounted than a folder that was cleared.
        if (stamps_.empty() && !known.empty() && !folder.allow_empty)
            throw base::Error(
                folder.path,
                fmt::format("holds none of the {} files that it held before", known.size()),
                "see that it is mounted; if they are gone for good, set allow_empty = true"
            );
        files_ = open_listed(std::move(fresh), folder.read, cursor);
    }

    bool next(Page& page, std::size_t records, std::size_t bytes) override {
        return files_->next(page, records, bytes);
    }

    std::string explain() const override {
        auto text = files_->explain();
        if (!is_run_) return text;
        text += fmt::format(
            "{}{} of {} files are new, {} changed, {} vanished",
            text.empty() ? "" : "; ",
            added_,
            stamps_.size(),
            replaced_.changed.size(),
            replaced_.vanished.size()
        );
        if (!replaced_.vanished.empty()) text += ": " + told(replaced_.vanished);
        return text;
    }

    std::string bookmark() const override {
        json::object known;
        for (const auto& [name, now] : stamps_) known[name] = now;
        return json::serialize(known);
    }

    Replaced replaced() const override { return replaced_; }

private:
    const bool is_run_;                          // and no look at what there is
    std::map<std::string, std::string> stamps_;  // by name, of what is there
    Replaced replaced_;
    std::size_t added_ = 0;
    std::unique_ptr<Connector> files_;
};

}  // namespace

std::unique_ptr<Connector> open_folder(
    const WatchedFolder& folder,
    std::string_view cursor,
    std::optional<std::string_view> bookmark
) {
    return std::make_unique<FolderConnector>(folder, cursor, bookmark);
}

}  // namespace ingest
