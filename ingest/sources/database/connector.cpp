// Keyset pages: each statement starts behind the last row's key, so no transaction stays open on
// somebody's production database, and going on after a crash costs one index look-up. OFFSET would
// read all rows before it again, and miss rows when others are deleted.
//
// Rows with a NULL in the order cannot be compared with a key. They are read last, by one statement
// without an order (`without_`), and its cursor is a count of rows. The same way serves tables
// without any key.
#include "ingest/sources/database/connector.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <variant>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/bytes/hex.hpp"
#include "base/error.hpp"
#include "base/settings/read.hpp"
#include "base/text/utf8.hpp"
#include "base/time/time.hpp"
#include "formats/json/json.hpp"
#include "ingest/sources/api/record_maker.hpp"
#include "ingest/sources/api/times.hpp"
#include "ingest/sources/database/binary_columns.hpp"
#include "ingest/sources/database/driver.hpp"
#include "ingest/sources/database/statement.hpp"

namespace ingest::database {

namespace json = boost::json;

namespace {

const std::string null_phase = "without";

std::string subject(const Spec& spec) {
    return spec.query.empty() ? spec.table : "query";
}

// "/name" by RFC 6901.
std::string pointer_to(std::string_view name) {
    std::string pointer = "/";
    for (char c : name) pointer += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    return pointer;
}

api::RecordMaker maker_for(const Spec& spec, const std::vector<std::string>& key) {
    api::Stream stream;
    stream.name = subject(spec);
    for (const auto& name : key) stream.key.push_back(pointer_to(name));
    return {stream, false};
}

// A value as JSON; bytes that are no text become hexadecimal.
void append_json(const Column& column, const std::string& value, std::string& out) {
    bool plain = column.kind == Column::Kind::number || column.kind == Column::Kind::json;
    if (plain && !formats::check_json(value)) {
        out += value;
    } else if (column.kind == Column::Kind::boolean && (value == "true" || value == "false")) {
        out += value;
    } else if (column.kind == Column::Kind::bytes || !base::is_utf8(value)) {
        out += '"';
        base::append_hex(value, out);
        out += '"';
    } else {
        formats::append_json_string(value, out);
    }
}

class DatabaseConnector : public Connector {
public:
    DatabaseConnector(
        const Spec& spec,
        const Secrets& secrets,
        std::string_view cursor,
        std::string_view bookmark
    )
        : spec_(spec) {
        auto load = [&](const std::string& text) {
            return base::is_secret_reference(text) ? secrets(text) : text;
        };
        driver_ = connect(load(spec.url), spec.password.empty() ? "" : load(spec.password));
        look();
        maker_.emplace(maker_for(spec_, key_));
        newest_ = newest_in(bookmark);
        if (spec_.incremental)
            from_ =
                newest_.empty() ? spec_.incremental->start : less(newest_, spec_.incremental->lag);
        go_to(cursor);
        cursor_ = cursor;
    }

    bool next(Page& page, std::size_t records, std::size_t bytes) override {
        std::vector<Value> row;
        std::string text;
        while (page.records.size() + page.rejects.size() < records && page.bytes < bytes) {
            if (!open_ && !open()) break;
            if (!driver_->next(row)) {
                close();
                continue;
            }
            ++rows_;
            pass(row);
            add(page, row, text);
        }
        if (rows_ > 0 || !after_.empty()) cursor_ = here();
        page.cursor = cursor_;
        return !page.records.empty() || !page.rejects.empty();
    }

    std::string explain() const override {
        auto how =
            key_.empty()
                ? "no key: one statement, and the content names a record"
                : fmt::format("by {}, {} rows a page", fmt::join(order_names(), ", "), spec_.page);
        return fmt::format(
            "database: {} of {}, {} columns, {}",
            subject(spec_),
            driver_->shown(),
            columns_.size(),
            how
        );
    }

    std::string bookmark() const override {
        return newest_.empty() ? std::string() : json::serialize(json::object{{"newest", newest_}});
    }

private:
    std::vector<std::string> order_names() const {
        std::vector<std::string> names;
        for (const auto& column : order_) names.push_back(column.name);
        return names;
    }

    const Column& column(const std::string& name) const {
        auto found = std::find_if(columns_.begin(), columns_.end(), [&](const auto& one) {
            return one.name == name;
        });
        if (found != columns_.end()) return *found;
        std::string names;
        for (std::size_t i = 0; i < std::min<std::size_t>(columns_.size(), 12); ++i)
            names += (i ? ", " : "") + columns_[i].name;
        throw base::Error(
            "column '" + name + "'", "is not in " + subject(spec_), "the columns are " + names
        );
    }

    void look() {
        auto described = driver_->describe(spec_);
        columns_ = described.columns;
        key_ = spec_.key.empty() ? described.key : spec_.key;
        std::set<std::string_view> names;
        for (const auto& one : columns_)
            if (!names.insert(one.name).second)
                throw base::Error(
                    "query",
                    "two columns are called '" + one.name + "'",
                    "name one otherwise with AS"
                );
        if (spec_.incremental) {
            if (key_.empty())
                throw base::Error(
                    subject(spec_),
                    "has no primary key, which an incremental read needs",
                    "name the 'key' columns"
                );
            order_.push_back(column(spec_.incremental->column));
        }
        for (const auto& name : key_)
            if (!spec_.incremental || name != spec_.incremental->column)
                order_.push_back(column(name));
        for (const auto& one : order_)
            places_.push_back(static_cast<std::size_t>(
                std::find_if(
                    columns_.begin(),
                    columns_.end(),
                    [&](const auto& c) { return c.name == one.name; }
                ) -
                columns_.begin()
            ));
        binary_.emplace(columns_, spec_.blob, subject(spec_));
    }

    static std::string newest_in(std::string_view bookmark) {
        json::error_code failed;
        auto value = json::parse(bookmark, failed);
        const auto* object = failed ? nullptr : value.if_object();
        const auto* found = object ? object->if_contains("newest") : nullptr;
        auto newest = found && found->is_string() ? std::string(found->as_string()) : "";
        return api::is_endless(newest) ? "" : newest;
    }

    // Rows to come would hide behind such a value: "infinity", 9999-12-31.
    bool is_ahead(const std::string& value) const {
        if (api::is_endless(value)) return true;
        auto year = value.find_first_not_of("0123456789");  // of a date in ISO 8601
        if (year < 4 || year == value.npos || value[year] != '-') return false;
        return year > 4 || value.substr(0, tomorrow_.size()) > tomorrow_;
    }

    void go_to(std::string_view cursor) {
        if (key_.empty()) without_ = true;
        if (cursor.empty()) return;
        json::error_code failed;
        auto value = json::parse(cursor, failed);
        const auto* object = failed ? nullptr : value.if_object();
        if (!object) throw base::Error("cursor", "cannot be understood", "run with --restart");
        if (object->contains("newest")) newest_ = newest_in(cursor);
        if (const auto* count = object->if_contains(null_phase); count && count->is_int64()) {
            without_ = true;
            skip_ = static_cast<std::uint64_t>(count->as_int64());
        }
        if (const auto* after = object->if_contains("after"); after && after->is_array()) {
            for (const auto& one : after->as_array())
                if (one.is_string()) after_.emplace_back(one.as_string());
            if (after_.size() != order_.size())
                throw base::Error("cursor", "its key has other columns now", "run with --restart");
        }
    }

    // Starts the next statement. False if there is none.
    bool open() {
        if (done_) return false;
        if (without_) {
            auto statement = unordered(*driver_, spec_, columns_, order_);
            driver_->begin(statement.sql, statement.parameters, statement.kinds, 0);
            std::vector<Value> row;
            for (rows_ = 0; rows_ < skip_ && driver_->next(row);) ++rows_;
            skip_ = 0;
        } else {
            auto statement = page_behind(*driver_, spec_, columns_, order_, after_, from_);
            driver_->begin(statement.sql, statement.parameters, statement.kinds, spec_.page);
            rows_ = 0;
        }
        return open_ = true;
    }

    // Behind the last row of a statement.
    void close() {
        open_ = false;
        bool full = rows_ >= spec_.page;
        if (without_) {
            done_ = true;
        } else if (!full) {
            without_ = std::any_of(order_.begin(), order_.end(), [](const auto& one) {
                return one.may_be_null;
            });
            done_ = !without_;
            rows_ = 0;
        }
    }

    // Notes how far reading has come.
    void pass(const std::vector<Value>& row) {
        if (without_) return;
        after_.clear();
        for (auto place : places_) after_.push_back(row[place].value_or(""));
        if (spec_.incremental && !is_ahead(after_.front())) newest_ = after_.front();
    }

    std::string here() const {
        json::object cursor;
        if (without_) {
            cursor[null_phase] = rows_;
        } else {
            json::array after;
            for (const auto& one : after_) after.emplace_back(one);
            cursor["after"] = std::move(after);
        }
        if (spec_.incremental) cursor["newest"] = newest_;
        return json::serialize(cursor);
    }

    void add(Page& page, const std::vector<Value>& row, std::string& text) {
        binary_->see(row, page.notes);
        text = "{";
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (binary_->takes(i)) continue;
            if (text.size() > 1) text += ',';
            formats::append_json_string(columns_[i].name, text);
            text += ':';
            if (row[i]) {
                append_json(columns_[i], *row[i], text);
            } else {
                text += "null";
            }
        }
        text += '}';
        auto records = page.records.size();
        auto rejects = page.rejects.size();
        maker_->add(page, page.arena.keep(text), {}, -1);
        auto file = driver_->shown();
        if (page.records.size() > records) {
            page.records.back().file = page.arena.keep(file);
            binary_->add_to_last(page, row);
        }
        if (page.rejects.size() > rejects) page.rejects.back().file = file;
        if (page.rereads.empty()) page.rereads.push_back({file, subject(spec_), maker_->how()});
    }

    Spec spec_;
    std::unique_ptr<Driver> driver_;
    std::vector<Column> columns_;
    std::vector<std::string> key_;
    std::vector<Column> order_;
    std::vector<std::size_t> places_;  // of the order's columns in a row
    std::optional<BinaryColumns> binary_;
    std::optional<api::RecordMaker> maker_;
    std::string from_;
    std::string newest_;
    const std::string tomorrow_ =
        base::iso_date(std::chrono::system_clock::now() + std::chrono::hours(24));
    std::vector<std::string> after_;
    bool without_ = false;  // at the rows that the order leaves out
    std::uint64_t skip_ = 0;
    std::uint64_t rows_ = 0;  // of the present statement
    bool open_ = false;
    bool done_ = false;
    std::string cursor_;
};

}  // namespace

std::unique_ptr<Connector> open_database(
    const Spec& spec,
    const Secrets& secrets,
    std::string_view cursor,
    std::string_view bookmark
) {
    return std::make_unique<DatabaseConnector>(spec, secrets, cursor, bookmark);
}

std::vector<std::string> explain(const Spec& spec) {
    std::vector<std::string> lines;
    auto key = spec.key.empty() ? std::string(spec.query.empty() ? "its primary key" : "")
                                : fmt::format("{}", fmt::join(spec.key, ", "));
    lines.push_back(spec.query.empty() ? "table " + spec.table : "query " + spec.query);
    if (spec.incremental)
        lines.push_back(fmt::format(
            "new rows by {}, from the newest value on{}{}, in the order of {}, {}",
            spec.incremental->column,
            spec.incremental->lag.empty() ? "" : " less " + spec.incremental->lag,
            spec.incremental->start.empty() ? ""
                                            : ", the first time from " + spec.incremental->start,
            spec.incremental->column,
            key
        ));
    else
        lines.push_back(
            key.empty() ? "all rows by one statement, no key: the content names a record"
                        : "all rows in the order of " + key
        );
    if (!key.empty())
        lines.push_back(fmt::format("pages of {} rows, each by a statement of its own", spec.page));
    if (spec.deletes == Deletes::mark)
        lines.push_back(
            "records whose rows are not there any more are marked as gone after a complete read"
        );
    return lines;
}

}  // namespace ingest::database
