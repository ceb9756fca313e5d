// Files one after the other, and the members in them, each by the reader of its format.
//
// The cursor names a file, a member and a place in it, and the size and time of the file as it was:
// a file that has changed since is read anew. A file that can not be read is one reject, because a
// folder of a million files has some; what is kept with each page tells how its records can be read
// alone.
#include "base/bytes/hex.hpp"
#include "base/text/encoding.hpp"
#include "ingest/sources/connector.hpp"

#include <charconv>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "formats/json/json.hpp"
#include "ingest/sources/api/record_maker.hpp"
#include "ingest/sources/files/cursor.hpp"
#include "ingest/sources/files/inputs.hpp"
#include "ingest/sources/files/reader.hpp"

namespace ingest {

namespace {

using Factory = std::unique_ptr<MemberReader> (*)(const MemberInput&);

Factory factory_of(std::string_view format) {
    if (format == "csv" || format == "tsv") return read_csv;
    if (format == "jsonl") return read_jsonl;
    if (format == "json") return read_json;
    if (format == "xml") return read_xml;
    if (format == "fixed") return read_fixed;
    if (format == "feed") return read_feed;
    if (format == "mbox") return read_mbox;
    if (format == "message") return read_message;
    if (format == "deb822") return read_deb822;
    if (format == "idx") return read_idx;
    if (format == "images") return read_image;
    if (format == "files") return read_text_file;
    return nullptr;
}

// "start width name", one a line.
std::string written(const std::vector<FixedColumn>& columns) {
    std::string text;
    for (const auto& column : columns)
        text += fmt::format("{} {} {}\n", column.start, column.width, column.name);
    return text;
}

std::vector<FixedColumn> read_columns(std::string_view text) {
    std::vector<FixedColumn> columns;
    while (!text.empty()) {
        auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        FixedColumn column;
        auto [at, failed] = std::from_chars(line.data(), line.data() + line.size(), column.start);
        if (failed != std::errc() || at == line.data() + line.size()) continue;
        auto [end, broken] = std::from_chars(at + 1, line.data() + line.size(), column.width);
        if (broken != std::errc() || end == line.data() + line.size()) continue;
        column.name = line.substr(static_cast<std::size_t>(end + 1 - line.data()));
        columns.push_back(std::move(column));
    }
    return columns;
}

class FileConnector : public Connector {
public:
    FileConnector(
        const std::vector<std::string>& inputs,
        const ReadOptions& options,
        std::string_view cursor
    )
        : options_(options), files_(list_files(inputs)) {
        if (options.format != "auto" && !factory_of(options.format)) {
            throw base::UsageError(
                "format '" + options.format + "'",
                "not known",
                "use csv, tsv, fixed, jsonl, json, xml, feed, mbox, message, deb822, idx, images, "
                "files or auto"
            );
        }
        if (options_.format == "tsv" && !options_.delimiter) options_.delimiter = "\t";
        if (!options.encoding.empty()) (void)base::parse_encoding(options.encoding);
        if (auto from = read_cursor(cursor)) start_at(*from);
    }

    bool next(Page& page, std::size_t records, std::size_t bytes) override {
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
            }
            if (!bytes_->next_member()) {
                leave_file();
                return true;
            }
            ++cursor_.members_before;
            if (resume_ && cursor_.members_before < resume_->members_before) return true;
            open_member(page);
        } catch (const base::Error& error) {
            reader_.reset();
            unreadable(page, "file.unreadable", error.what());
            leave_file();
        }
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
        auto format = options_.format;
        std::string reason = "as asked";
        if (format == "auto") {
            auto found = detect_format(name_, bytes_->peek(16 * 1024));
            format = found.format;
            reason = found.reason;
        }
        auto factory = factory_of(format);
        if (!factory) {
            if (cursor_.at.index == 0) unreadable(page, "file.unknown_format", reason);
            cursor_.at.index = 1;
            return;
        }
        format_ = format;
        how_of_ = nullptr;
        reader_ = factory({*bytes_, files_[file_].path, name_, options_, cursor_.at});
        if (!explained_.empty()) return;
        detected_ = fmt::format("{} ({})", format, reason);
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
        if (ended) reader_.reset();
        if (damaged) leave_file();
    }

    // For reread().
    std::string how() {
        auto options = options_;
        reader_->fix(options);
        if (how_of_ == reader_.get() && how_encoding_ == options.encoding) return how_;
        how_encoding_ = options.encoding;
        boost::json::object how{{"format", format_}};
        for (auto [name, value] :
             {std::pair("name", name_),
              std::pair("preamble_hex", base::hex(reader_->preamble())),
              std::pair("encoding", options.encoding),
              std::pair("record_path", options.record_path),
              std::pair("delimiter", options.delimiter.value_or("")),
              std::pair(
                  "escape", options.escape && *options.escape ? std::string(1, *options.escape) : ""
              ),
              std::pair("columns", written(options.columns)),
              std::pair("trim", std::string(options.trim.value_or(false) ? "yes" : "")),
              std::pair(
                  "quote", options.quote && *options.quote ? std::string(1, *options.quote) : ""
              )}) {
            how[name] = value;
        }
        how_ = boost::json::serialize(how);
        how_of_ = reader_.get();
        return how_;
    }

    ReadOptions options_;
    std::vector<InputFile> files_;
    std::size_t file_ = 0;
    std::unique_ptr<formats::Bytes> bytes_;
    std::unique_ptr<MemberReader> reader_;
    std::string name_;
    std::string format_;
    std::string how_;
    std::string how_encoding_;
    const MemberReader* how_of_ = nullptr;
    Cursor cursor_;
    std::optional<Cursor> resume_;
    std::string detected_;  // while the first member is read: its format, and why
    std::string explained_;
};

}  // namespace

void reread(std::string_view how, const std::string& raw, Page& page) {
    if (formats::check_json(how) || how.front() != '{')
        throw base::Error("reject", "what is kept of its file cannot be read");
    formats::Arena arena;
    std::vector<formats::Field> fields;
    formats::add_members(how, arena, fields);
    ReadOptions options;
    std::string name;
    std::string preamble;
    for (const auto& field : fields) {
        if (field.name == "format") options.format = field.value;
        if (field.name == "name") name = field.value;
        if (field.name == "preamble_hex") preamble = base::from_hex(field.value).value_or("");
        if (field.name == "encoding") options.encoding = field.value;
        if (field.name == "record_path") options.record_path = field.value;
        if (field.name == "delimiter" && !field.value.empty()) options.delimiter = field.value;
        if (field.name == "escape")
            options.escape = field.value.empty() ? '\0' : field.value.front();
        if (field.name == "columns") options.columns = read_columns(field.value);
        if (field.name == "trim") options.trim = !field.value.empty();
        if (field.name == "quote") options.quote = field.value.empty() ? '\0' : field.value.front();
    }
    if (options.format == "api") {
        api::RecordMaker(how).add(page, page.arena.keep(raw), {}, -1);
        return;
    }
    if (options.format == "csv" || options.format == "tsv") {
        options.header = true;
        options.skip = 0;
        options.header_rows = 1;
    }
    if (options.format == "fixed") options.header = false;
    auto factory = factory_of(options.format);
    if (!factory || options.format == "idx")
        throw base::Error("reject", "records of this format cannot be read alone");
    auto bytes = formats::Bytes::of(raw);
    (void)bytes->next_member();
    auto reader = factory({*bytes, name, name, options, {}, preamble});
    while (reader->next(page)) {
    }
}

std::unique_ptr<Connector> open_files(
    const std::vector<std::string>& inputs,
    const ReadOptions& options,
    std::string_view cursor
) {
    return std::make_unique<FileConnector>(inputs, options, cursor);
}

}  // namespace ingest
