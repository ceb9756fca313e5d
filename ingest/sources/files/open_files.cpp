// Files one after the other, and the members in them, each by the reader of its format.
//
// The cursor names a file, a member and a place in it, and the size and time of the file as it was:
// a file that has changed since is read anew. A file that can not be read is one reject, because a
// folder of a million files has some; what is kept with each page tells how its records can be read
// alone.
#include "base/text/encoding.hpp"
#include "ingest/sources/connector.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "formats/signature/signature.hpp"
#include "ingest/sources/files/cursor.hpp"
#include "ingest/sources/files/format.hpp"
#include "ingest/sources/files/inputs.hpp"
#include "ingest/sources/files/reread.hpp"

namespace ingest {

namespace {

class FileConnector : public Connector {
public:
    FileConnector(InputFiles files, const ReadOptions& options, std::string_view cursor)
        : options_(options), files_(std::move(files.files)), links_(files.links) {
        if (options.format != "auto") {
            asked_ = find_format(options.format);
            if (!asked_)
                throw base::UsageError(
                    "format '" + options.format + "'", "not known", "use one of " + format_names()
                );
            asked_->imply(options_);
        }
        if (!options.encoding.empty()) (void)base::parse_encoding(options.encoding);
        if (auto from = read_cursor(cursor)) start_at(*from);
    }

    bool next(Page& page, std::size_t records, std::size_t bytes) override {
        if (links_ > 0)
            page.notes["symbolic links in folders are not followed: follow_links reads them"] +=
                std::exchange(links_, 0);
        while (page.records.size() + page.rejects.size() < records && page.bytes < bytes) {
            if (!reader_ && !open_next(page)) {
                page.cursor = write_cursor(cursor_);
                return !page.records.empty() || !page.rejects.empty();
            }
            if (reader_) read_some(page, records, bytes);
        }
        page.cursor = write_cursor(cursor_);
        return true;
    }

    std::string explain() const override { return explained_; }

private:
    void start_at(const Cursor& from) {
        for (std::size_t i = 0; i < files_.size(); ++i) {
            if (shown_name(files_[i].path) != from.file) continue;
            file_ = i;
            Cursor now;
            stamp(files_[i].path, now);
            cursor_ = from;
            if (now.size == from.size && now.changed == from.changed) resume_ = from;
            return;
        }
    }

    // A file or member that cannot be read at all is one reject; reading goes on behind it.
    void unreadable(Page& page, std::string_view code, std::string_view reason) {
        auto& bad = page.rejects.emplace_back();
        bad.code = code;
        bad.reason = reason;
        bad.file = cursor_.file;
        bad.member = cursor_.member;
        bad.byte_offset = reader_ ? reader_->position().offset : 0;
    }

    void leave_file() {
        reader_.reset();
        bytes_.reset();
        ++file_;
    }

    // Opens the next member with a reader. False when no file is left.
    bool open_next(Page& page) {
        if (file_ >= files_.size()) return false;
        try {
            if (!bytes_) {
                cursor_ = {};
                cursor_.file = shown_name(files_[file_].path);
                cursor_.members_before = -1;
                stamp(files_[file_].path, cursor_);
                bytes_ = std::make_unique<formats::Bytes>(files_[file_].path);
                if (pass_known_shell(page)) return true;
            }
            if (!bytes_->next_member()) {
                leave_file();
                return true;
            }
        } catch (const base::Error& error) {
            unreadable(page, "file.unreadable", error.what());
            leave_file();
            return true;
        }
        ++cursor_.members_before;
        if (resume_ && cursor_.members_before < resume_->members_before) return true;
        try {
            open_member(page);
        } catch (const base::Error& error) {
            reader_.reset();
            unreadable(page, "file.unreadable", error.what());
            if (!bytes_->archive()) leave_file();
        }
        return true;
    }

    // An archive that is one document, as an .xlsx, is not read by its parts.
    bool pass_known_shell(Page& page) {
        const auto known = formats::signature_of(bytes_->start());
        if (asked_ || !known || !bytes_->start().starts_with("PK")) return false;
        unreadable(page, "file.unknown_format", fmt::format("{}; {}", known->name, known->mend));
        leave_file();
        return true;
    }

    void open_member(Page& page) {
        cursor_.member = shown_name(bytes_->member());
        cursor_.at = {};
        if (resume_) {
            if (resume_->member == cursor_.member) cursor_.at = resume_->at;
            resume_.reset();
        }
        name_ = shown_name(files_[file_].name);
        if (bytes_->archive()) name_ += "/" + cursor_.member;
        format_ = asked_;
        std::string reason = "as asked";
        if (!format_) {
            auto found = detect_format(name_, bytes_->peek(16 * 1024));
            format_ = find_format(found.format);
            reason = found.reason;
        }
        if (!format_) {
            if (cursor_.at.index == 0) unreadable(page, "file.unknown_format", reason);
            cursor_.at.index = 1;
            return;
        }
        how_of_ = nullptr;
        reader_ = format_->open({*bytes_, files_[file_].path, name_, options_, cursor_.at});
        if (!explained_.empty()) return;
        detected_ = fmt::format("{} ({})", format_->name, reason);
        explain_reader();
    }

    // Of the first member. Its reader may find out more as it goes: an encoding shows at the first
    // letter that is not ASCII.
    void explain_reader() { explained_ = fmt::format("{}: {}", detected_, reader_->describe()); }

    void read_some(Page& page, std::size_t records, std::size_t bytes) {
        auto first_record = page.records.size();
        auto first_reject = page.rejects.size();
        bool ended = false;
        bool damaged = false;
        try {
            while (!ended && page.records.size() + page.rejects.size() < records &&
                   page.bytes < bytes) {
                ended = !reader_->next(page);
            }
        } catch (const base::Error& error) {
            damaged = true;
            unreadable(page, "file.damaged", error.what());
        }
        cursor_.at = reader_->position();
        if (!detected_.empty()) explain_reader();
        if (page.records.size() + page.rejects.size() > first_record + first_reject) {
            page.rereads.push_back({cursor_.file, cursor_.member, how()});
        }
        auto file = page.arena.keep(cursor_.file);
        auto member = page.arena.keep(cursor_.member);
        for (auto i = first_record; i < page.records.size(); ++i) {
            page.records[i].file = file;
            page.records[i].member = member;
        }
        for (auto i = first_reject; i < page.rejects.size(); ++i) {
            page.rejects[i].file = cursor_.file;
            page.rejects[i].member = cursor_.member;
        }
        if (ended || damaged) detected_.clear();
        if (ended || damaged) reader_.reset();
        if (damaged && !bytes_->archive()) leave_file();
    }

    // For reread().
    std::string how() {
        auto options = options_;
        reader_->fix(options);
        if (how_of_ == reader_.get() && how_encoding_ == options.encoding) return how_;
        how_encoding_ = options.encoding;
        how_ = how_to_reread(format_->name, name_, reader_->preamble(), options);
        how_of_ = reader_.get();
        return how_;
    }

    ReadOptions options_;
    std::vector<InputFile> files_;
    std::uint64_t links_ = 0;  // left out, and not told yet
    std::size_t file_ = 0;
    std::unique_ptr<formats::Bytes> bytes_;
    std::unique_ptr<MemberReader> reader_;
    std::string name_;
    const Format* asked_ = nullptr;   // null: found out for each member
    const Format* format_ = nullptr;  // of reader_
    std::string how_;
    std::string how_encoding_;
    const MemberReader* how_of_ = nullptr;
    Cursor cursor_;
    std::optional<Cursor> resume_;
    std::string detected_;  // while the first member is read: its format, and why
    std::string explained_;
};

}  // namespace

std::unique_ptr<Connector> open_files(
    const std::vector<std::string>& inputs,
    const ReadOptions& options,
    std::string_view cursor
) {
    return open_listed(list_files(inputs, options.follow_links), options, cursor);
}

std::unique_ptr<Connector>
open_listed(InputFiles files, const ReadOptions& options, std::string_view cursor) {
    return std::make_unique<FileConnector>(std::move(files), options, cursor);
}

}  // namespace ingest
