// Reading is three loops, the parent's records, spans of time and pages, turned inside out: the
// state is in members, so that it can stop behind any record and be written down as a cursor. A
// parent is a StreamReader itself, and its cursor is nested in the child's.
//
// Servers are not believed. Two requests for one place are a circle; a page with the records of the
// one before it, or fewer records than the server's own total, is asked for again up to four times,
// for both pass when a server is busy. A keyset page starts at the last value, that value included:
// records seen on the page before are left out by their hash. If a page holds nothing but such
// ties, going on would never end.
#include "ingest/sources/api/stream_reader.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/bytes/hash.hpp"
#include "base/bytes/percent.hpp"
#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "base/text/ascii.hpp"
#include "base/time/parse.hpp"
#include "ingest/sources/api/pointer.hpp"
#include "ingest/sources/api/times.hpp"
#include "schema/records/record.hpp"

namespace ingest::api {

namespace json = boost::json;

namespace {

// Tries for a page that contradicts the one before it or the server's own count.
constexpr int doubtful_at_most = 4;
constexpr std::size_t hash_digits = 16;

std::string text_of(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t number_of(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value && value->is_int64() ? std::max<std::int64_t>(0, value->get_int64()) : 0;
}

bool tells_error(std::string_view name) {
    for (std::string_view word : {"error", "errors", "fault", "exception"})
        if (base::equal_ignoring_case(name, word)) return true;
    return false;
}

bool counts(std::string_view name) {
    for (std::string_view word : {"total", "count", "size", "result", "hits", "num", "found"})
        if (base::contains_ignoring_case(name, word)) return true;
    return false;
}

}  // namespace

StreamReader::StreamReader(
    const Spec& spec,
    const Stream& stream,
    Requester& requester,
    const Newest& before,
    Time until,
    const json::object* resume
)
    : spec_(spec), stream_(stream), requester_(requester), before_(before), until_(until) {
    const json::object* parent_cursor = nullptr;
    if (resume) {
        if (const auto* value = resume->if_contains("parent")) parent_cursor = value->if_object();
        resume_ = Resumption{
            text_of(*resume, "parent_key"),
            static_cast<std::size_t>(number_of(*resume, "span")),
            {text_of(*resume, "place"), text_of(*resume, "tie")},
            static_cast<std::size_t>(number_of(*resume, "done")),
            text_of(*resume, "hash"),
            number_of(*resume, "seen")};
    }
    if (stream.parent)
        parent_ = std::make_unique<StreamReader>(
            spec, spec.stream(stream.parent->stream), requester, before, until, parent_cursor
        );
}

std::string StreamReader::name() const {
    auto text = "stream '" + stream_.name + "'";
    for (const auto& [name, value] : parent_values_) text += fmt::format(", {} {}", name, value);
    if (span_ < spans_.size()) text += ", from " + written(spans_[span_].first, "datetime");
    if (!place_.at.empty()) text += ", page " + requester_.shown(place_.at);
    return text;
}

bool StreamReader::next() {
    if (loaded_) leave();
    for (;;) {
        if (!in_part_ && !next_part()) return false;
        if (!ask()) {  // to be ignored: nothing more here
            in_part_ = false;
            continue;
        }
        loaded_ = true;
        if (!records_.empty()) return true;
        leave();
    }
}

// Goes to the next span, or to the first one of the next parent.
bool StreamReader::next_part() {
    if (begun_ && span_ + 1 < spans_.size()) {
        ++span_;
    } else {
        do {
            if (!next_parent()) return false;
            begin_part();
        } while (stream_.slices && spans_.empty());
    }
    place_ = {};
    pages_ = 0;
    seen_records_ = 0;
    seen_places_.clear();
    last_hash_.clear();
    last_records_.clear();
    if (resume_ && resume_->parent_key == parent_key_ &&
        (spans_.empty() ? resume_->span == 0 : resume_->span < spans_.size())) {
        span_ = resume_->span;
        place_ = resume_->place;
        seen_records_ = resume_->seen_records;
    } else {
        resume_.reset();
    }
    in_part_ = true;
    return true;
}

bool StreamReader::next_parent() {
    if (!parent_) return !std::exchange(begun_, true);
    if (begun_) ++parent_at_;
    while (!parent_->loaded_ || parent_at_ >= parent_->records().size()) {
        if (!parent_->next()) return false;
        parent_at_ = parent_->first();
    }
    begun_ = true;
    parent_values_.clear();
    parent_key_.clear();
    for (const auto& [name, pointer] : stream_.parent->fields) {
        auto value = text_at(parent_->records()[parent_at_], pointer);
        parent_values_["parent." + name] = value.value_or("");
        parent_key_ += (parent_key_.empty() ? "" : "\t") + value.value_or("");
    }
    // A grandparent's values are known to the grandchild too.
    for (const auto& [name, value] : parent_->parent_values()) parent_values_.emplace(name, value);
    return true;
}

void StreamReader::begin_part() {
    spans_.clear();
    span_ = 0;
    since_.clear();
    std::string newest;
    if (stream_.incremental) {
        if (auto stream = before_.find(stream_.name); stream != before_.end())
            if (auto value = stream->second.find(parent_key_); value != stream->second.end())
                newest = value->second;
        since_ = newest.empty() ? stream_.incremental->start
                                : since(newest, *stream_.incremental, until_);
    }
    if (!stream_.slices) return;
    auto start = base::parse_time(newest.empty() ? stream_.slices->start : since_);
    if (!start)
        start = base::parse_time(stream_.slices->start.empty() ? since_ : stream_.slices->start);
    auto end = stream_.slices->end.empty() ? until_
                                           : base::parse_time(stream_.slices->end).value_or(until_);
    if (start) spans_ = spans(*start, end, stream_.slices->step);
}

Request StreamReader::request() const {
    using Kind = Paginator::Kind;
    const auto& paginator = stream_.paginator;
    Values values = parent_values_;
    values["limit"] = std::to_string(paginator.size);
    values["since"] = since_;
    if (span_ < spans_.size()) {
        values["from"] = written(spans_[span_].first, stream_.slices->format);
        values["to"] = written(spans_[span_].second, stream_.slices->format);
    }
    auto at = place_.at;
    if (paginator.kind == Kind::page)
        values["page"] = at.empty() ? std::to_string(paginator.start()) : at;
    if (paginator.kind == Kind::offset)
        values["offset"] = at.empty() ? std::to_string(paginator.start()) : at;
    if (paginator.kind == Kind::cursor || paginator.kind == Kind::keyset) values["cursor"] = at;
    if (paginator.kind == Kind::keyset) {
        values["tie"] = place_.tie;
        if (at.empty()) values["cursor"] = since_;
    }

    Request request;
    request.method = stream_.method;
    for (const auto& [name, text] : stream_.headers)
        if (auto value = fill(text, values)) request.headers.emplace_back(name, *value);
    if (!stream_.body.text.empty()) request.body = fill_json(stream_.body.text, values);
    bool linked = paginator.kind == Kind::link_header || paginator.kind == Kind::next_url;
    if (linked && !at.empty()) {
        request.url = at;
        return request;
    }
    Values in_path;
    for (const auto& [name, value] : values) in_path[name] = base::percent_encoded(value);
    auto path = fill(stream_.path, in_path);
    if (!path)
        throw base::Error(
            name(), "its path needs a value that is not there", "see its parent's fields"
        );
    request.url = spec_.base_url + *path;
    char mark = request.url.find('?') == std::string::npos ? '?' : '&';
    for (const auto& [name, text] : stream_.query) {
        auto value = fill(text, values);
        if (!value) continue;
        request.url += mark + base::percent_encoded(name) + "=" + base::percent_encoded(*value);
        mark = '&';
    }
    return request;
}

// Asks for the page at place_. False if the answer is to be ignored.
bool StreamReader::ask() {
    auto what = name();
    const auto& paginator = stream_.paginator;
    auto request = this->request();
    if (!seen_places_.insert(identity_of(request)).second)
        throw base::Error(
            what,
            "the same page would be asked for twice: the pages run in a circle",
            "check its paginator"
        );
    if (++pages_ > paginator.max_pages)
        throw base::Error(
            what,
            fmt::format("more than {} pages", paginator.max_pages),
            "raise max_pages if there are"
        );
    for (int attempt = 1;; ++attempt) {
        auto response = requester_.get(request, spec_.errors_of(stream_), what);
        if (!response) return false;
        response_ = std::move(*response);
        address_ = request.url;
        load();
        std::string doubt;
        if (!records_.empty() && hash_ == last_hash_)
            doubt = "the page has the same records as the one before it";
        if (!paginator.total.empty()) {
            auto total = base::parse_number(text_at(response_.body, paginator.total).value_or(""));
            auto now = seen_records_ + static_cast<std::int64_t>(records_.size());
            bool last = behind() == Place{};
            if (total && last && now < static_cast<std::int64_t>(*total))
                doubt = fmt::format("the server counts {} records and gave {}", *total, now);
        }
        if (doubt.empty()) break;
        if (attempt == doubtful_at_most)
            throw base::Error(what, doubt, "run the source again later");
        requester_.wait(std::chrono::seconds(1 << (attempt - 1)), doubt);
    }
    if (resume_) {
        // Only of the very page it was: else all of it is read again, and what is stored found
        // unchanged.
        if (hash_ == resume_->hash) first_ = std::min(resume_->done, records_.size());
        resume_.reset();
    }
    return true;
}

void StreamReader::load() {
    first_ = 0;
    records_.clear();
    hash_.clear();
    if (response_.status == 204) return;
    auto found = value_at(response_.body, stream_.records);
    if (!found && !may_lack_records())
        throw base::Error(
            name(),
            "no records at '" + stream_.records + "' of the answer",
            "check the stream's records"
        );
    if (found && found->starts_with('[')) {
        records_ = elements_of(*found);
    } else if (found && *found != "null") {
        records_ = {*found};
    }
    shown_ = shown_ || found;
    hash_ = base::sha256_hex(found.value_or("")).substr(0, hash_digits);
    if (stream_.paginator.kind == Paginator::Kind::keyset) leave_out_overlap();
}

// Servers leave the array out where it would be empty. A pointer that is wrong, or an answer that
// has changed, looks the same: so there must be no other array in its place, no error in the
// answer, and a reason to believe that there is nothing: the stream has shown its array before, or
// none are counted.
bool StreamReader::may_lack_records() const {
    bool counts_none = false;
    for (const auto& [name, value] : members_of(response_.body)) {
        bool nothing = value == "null" || value == "false" || value == "[]" || value == "{}" ||
                       value == "\"\"" || value == "0";
        if (tells_error(name) && !nothing) return false;
        counts_none = counts_none || (value == "0" && counts(name));
    }
    if (!stream_.paginator.total.empty())
        counts_none = text_at(response_.body, stream_.paginator.total) == "0";
    auto beside = stream_.records.substr(0, stream_.records.rfind('/'));
    for (const auto& [name, value] : members_of(value_at(response_.body, beside).value_or("")))
        if (value.starts_with('[') && !tells_error(name)) return false;
    return shown_ || pages_ > 1 || !place_.at.empty() || before_.contains(stream_.name) ||
           counts_none;
}

// A page from a value on begins with records of the page before it that have this value.
void StreamReader::leave_out_overlap() {
    auto received = records_.size();
    std::unordered_set<std::string> present;
    std::vector<std::string_view> fresh;
    for (auto record : records_) {
        auto hash = base::sha256(record).substr(0, hash_digits);
        if (!last_records_.contains(hash)) fresh.push_back(record);
        present.insert(std::move(hash));
    }
    if (fresh.empty() && received >= static_cast<std::size_t>(stream_.paginator.size))
        too_many_ties();
    records_ = std::move(fresh);
    last_records_ = std::move(present);
}

void StreamReader::too_many_ties() const {
    throw base::Error(
        name(),
        "more records share one cursor value than a page holds",
        "give the paginator a tie, or a larger size"
    );
}

Place StreamReader::behind() const {
    return next_place(
        stream_.paginator, place_, {response_.body, response_.headers, address_, records_}
    );
}

// Goes behind the page in hand.
void StreamReader::leave() {
    loaded_ = false;
    seen_records_ += static_cast<std::int64_t>(records_.size());
    auto next = behind();
    last_hash_ = hash_;
    // The key comes with the credentials, and is not to be stored with a cursor.
    next.at = requester_.shown(next.at);
    bool keyset = stream_.paginator.kind == Paginator::Kind::keyset;
    if (keyset && !records_.empty() && next == place_) too_many_ties();
    // Some servers give the last cursor again with an empty page.
    if (next == Place{} || (records_.empty() && next == place_)) {
        in_part_ = false;
    } else {
        place_ = next;
    }
    records_.clear();
    first_ = 0;
}

json::object StreamReader::cursor(std::size_t done) const {
    json::object cursor;
    if (parent_) {
        cursor["parent"] = parent_->cursor(parent_at_);
        cursor["parent_key"] = parent_key_;
    }
    cursor["span"] = span_;
    cursor["place"] = place_.at;
    if (!place_.tie.empty()) cursor["tie"] = place_.tie;
    cursor["done"] = done;
    cursor["hash"] = hash_;
    if (seen_records_ > 0) cursor["seen"] = seen_records_;
    return cursor;
}

}  // namespace ingest::api
