#include "ingest/mark.hpp"

#include <algorithm>
#include <charconv>

namespace ingest {

namespace {

// Reads one page of the batch that is missing, then jumps over the one behind it.
class Leap : public Connector {
public:
    Leap(
        const std::vector<std::string>& inputs,
        const ReadOptions& options,
        const ResumePoint& point
    )
        : inputs_(inputs),
          options_(options),
          stored_(*point.stored),
          connector_(open_files(inputs, options, point.cursor)) {}

    bool next(Page& page, std::size_t records, std::size_t bytes) override {
        bool more = connector_->next(page, records, bytes);
        if (first_ && page.cursor == stored_.from) {
            connector_ = open_files(inputs_, options_, stored_.to);
            more = true;
        }
        first_ = false;
        return more;
    }

    std::string explain() const override { return connector_->explain(); }

private:
    std::vector<std::string> inputs_;
    ReadOptions options_;
    Mark stored_;
    std::unique_ptr<Connector> connector_;
    bool first_ = true;
};

std::string_view take_line(std::string_view& text) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    return line;
}

}  // namespace

std::string write_mark(const Mark& mark) {
    return std::to_string(mark.number) + "\n" + mark.before_last + "\n" + mark.from + "\n" +
           mark.to;
}

std::optional<Mark> read_mark(std::string_view text) {
    Mark mark;
    auto number = take_line(text);
    auto [end, code] = std::from_chars(number.data(), number.data() + number.size(), mark.number);
    if (code != std::errc() || end != number.data() + number.size()) return std::nullopt;
    mark.before_last = take_line(text);
    mark.from = take_line(text);
    mark.to = take_line(text);
    return mark;
}

ResumePoint resume_point(const std::optional<Mark>& even, const std::optional<Mark>& odd) {
    if (!even && !odd) return {};
    bool even_is_newer = even && (!odd || even->number > odd->number);
    const auto& newest = even_is_newer ? *even : *odd;
    const auto& other = even_is_newer ? odd : even;
    if (newest.number == 0) return {newest.to, 1, std::nullopt};
    if (other && other->number == newest.number - 1) {
        if (other->to == newest.from) return {newest.to, newest.number + 1, std::nullopt};
        return {
            other->to,
            newest.number,
            std::nullopt};  // the newest is from batches cut otherwise: read its part again
    }
    return {newest.before_last, newest.number - 1, newest};
}

std::unique_ptr<Connector> open_files_at(
    const std::vector<std::string>& inputs,
    const ReadOptions& options,
    const ResumePoint& point
) {
    if (point.stored) return std::make_unique<Leap>(inputs, options, point);
    return open_files(inputs, options, point.cursor);
}

}  // namespace ingest
