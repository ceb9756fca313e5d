#include "ingest/pipeline/mark.hpp"

#include <algorithm>
#include <charconv>

namespace ingest {

namespace {

// Reads page by page, and jumps over what is stored when a page ends where it begins.
class Leap : public Connector {
public:
    Leap(Opener open, const ResumePoint& point)
        : open_(std::move(open)), stored_(point.stored), connector_(open_(point.cursor)) {}

    bool next(Page& page, std::size_t records, std::size_t bytes) override {
        bool more = connector_->next(page, records, bytes);
        std::optional<std::string> place;
        while (!stored_.empty() && (place ? *place : page.cursor) == stored_.front().from) {
            place = stored_.front().to;
            stored_.pop_front();
        }
        if (!place) return more;
        connector_ = open_(*place);
        return true;
    }

    std::string explain() const override { return connector_->explain(); }
    std::optional<Parked> parked() const override { return connector_->parked(); }
    std::string bookmark() const override { return connector_->bookmark(); }

private:
    Opener open_;
    std::deque<Stored> stored_;
    std::unique_ptr<Connector> connector_;
};

std::string_view take_line(std::string_view& text) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    return line;
}

const Mark* find(std::span<const Mark> marks, std::int64_t number) {
    auto found = std::find_if(marks.begin(), marks.end(), [&](const Mark& mark) {
        return mark.number == number;
    });
    return found == marks.end() ? nullptr : &*found;
}

}  // namespace

std::string write_mark(const Mark& mark) {
    auto text = std::to_string(mark.number) + "\n" + mark.to;
    for (const auto& place : mark.from) text += "\n" + place;
    return text;
}

std::optional<Mark> read_mark(std::string_view text) {
    Mark mark;
    auto number = take_line(text);
    auto [end, code] = std::from_chars(number.data(), number.data() + number.size(), mark.number);
    if (code != std::errc() || end != number.data() + number.size()) return std::nullopt;
    auto lines = std::count(text.begin(), text.end(), '\n');
    mark.to = take_line(text);
    for (; lines > 0; --lines) mark.from.emplace_back(take_line(text));
    if (mark.from.empty()) return std::nullopt;
    return mark;
}

ResumePoint resume_point(std::span<const Mark> marks) {
    if (marks.empty()) return {};
    const auto& newest = *std::max_element(
        marks.begin(), marks.end(), [](const Mark& a, const Mark& b) { return a.number < b.number; }
    );
    // Walk from the oldest batch that may be missing to the newest one.
    std::optional<ResumePoint> missing;
    for (auto back = static_cast<std::int64_t>(newest.from.size()) - 1; back >= 0; --back) {
        auto place = static_cast<std::size_t>(back);
        auto number = newest.number - back;
        const auto& from = newest.from[place];
        const auto& to = back > 0 ? newest.from[place - 1] : newest.to;
        const auto* mark = find(marks, number);
        bool stored = mark && mark->from.front() == from;
        if (!missing && stored && mark->to != to)  // the newer ones are of batches cut otherwise
            return {mark->to, number + 1, {}};
        stored = stored && mark->to == to;
        if (missing && stored) missing->stored.push_back({from, to});
        if (!missing && !stored) missing = ResumePoint{from, number, {}};
    }
    return missing.value_or(ResumePoint{newest.to, newest.number + 1, {}});
}

std::unique_ptr<Connector> open_at(const Opener& open, const ResumePoint& point) {
    if (!point.stored.empty()) return std::make_unique<Leap>(open, point);
    return open(point.cursor);
}

}  // namespace ingest
