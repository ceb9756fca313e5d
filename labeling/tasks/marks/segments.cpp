// Ranges of time in a sound or a film: {"from","to","label"}, in seconds from its start, and
// "text", what is said in it, where the project asks for that.
//
// Likeness of two ranges is their common time over the time of both (temporal intersection over
// union, as in Caba Heilbron and others, ActivityNet, 2015); of two answers it is also how alike
// their texts are. Times are kept to the millisecond.
#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/text/unicode.hpp"
#include "base/text/utf8.hpp"
#include "formats/media/media_measures.hpp"
#include "labeling/tasks/answer_json.hpp"
#include "labeling/tasks/marks/marks.hpp"
#include "labeling/tasks/task_types.hpp"

namespace labeling {

namespace {

namespace json = boost::json;

constexpr std::size_t longest_said = 10'000;  // characters of one range
constexpr double end_grace = 0.5;             // heads of files tell lengths about so exactly

struct Range {
    double from = 0, to = 0;

    double length() const { return to - from; }
};

Range range_of(const Mark& mark) {
    return {.from = mark.numbers[0], .to = mark.numbers[1]};
}

double to_milliseconds(double seconds) {
    return std::round(seconds * 1000) / 1000;
}

double common_of(const Range& a, const Range& b) {
    return std::max(0.0, std::min(a.to, b.to) - std::max(a.from, b.from));
}

class SegmentsTask : public MarksTask {
public:
    std::string_view name() const override { return "segments"; }
    std::string_view meaning() const override {
        return "labeled ranges of time in a sound or a film";
    }
    std::string_view example() const override {
        return R"([[class]]
name = "speech"
hotkey = "s"
colour = "#4477aa"
[[class]]
name = "music"
hotkey = "m"
colour = "#ee6677"
)";
    }
    std::span<const std::string_view> settings() const override { return acting; }
    LabelShape shape() const override { return LabelShape::segments; }
    Target target() const override { return Target::none; }

    double alike(const Mark& a, const Mark& b) const override {
        auto first = range_of(a), second = range_of(b);
        auto common = common_of(first, second);
        auto all = first.length() + second.length() - common;
        return all > 0 ? common / all : 0;
    }
    double alike_in_all(const Mark& a, const Mark& b) const override {
        if (a.text == b.text) return alike(a, b);
        return alike(a, b) *
               text_task().likeness({}, answer_of_class(a.text), answer_of_class(b.text));
    }

    // The mean of each end, with the text that most of them have.
    Mark middle(const std::vector<const Mark*>& marks) const override {
        Mark made{.label = marks.front()->label, .numbers = std::vector<double>(2)};
        std::map<std::string, std::size_t> texts;
        std::size_t most = 0;
        for (const auto* mark : marks) {
            for (std::size_t i = 0; i < 2; ++i)
                made.numbers[i] += mark->numbers[i] / static_cast<double>(marks.size());
            if (auto times = ++texts[mark->text]; times > most) {
                most = times;
                made.text = mark->text;
            }
        }
        for (auto& number : made.numbers) number = to_milliseconds(number);
        return made;
    }

    // Where ranges must not meet, a range ends where a surer one begins; one that would lose more
    // than half of itself falls.
    std::optional<Mark> beside(const Question& question, const std::vector<Mark>& surer, Mark mark)
        const override {
        if (question.overlapping_spans) return mark;
        auto left = range_of(mark);
        const auto half = left.length() / 2;
        for (const auto& other : surer) {
            auto taken = range_of(other);
            if (common_of(left, taken) <= 0) continue;
            if (taken.from - left.from > left.to - taken.to)
                left.to = taken.from;
            else
                left.from = taken.to;
            if (left.length() < half || left.length() <= 0) return std::nullopt;
        }
        mark.numbers = {left.from, left.to};
        return mark;
    }

    std::string text_of(std::vector<Mark> marks) const override {
        std::sort(marks.begin(), marks.end(), [](const Mark& a, const Mark& b) {
            return std::tie(a.numbers, a.label, a.text) < std::tie(b.numbers, b.label, b.text);
        });
        return MarksTask::text_of(std::move(marks));
    }

protected:
    std::string_view likeness_meaning() const override {
        return "common time over the time of both, of the ranges that belong together";
    }
    std::vector<double> numbers_of(
        const json::object& mark,
        const std::string&,
        const Question* question
    ) const override {
        check_members(mark, {"from", "to", "text"}, "from, to and label");
        if (question && !question->transcribe && mark.contains("text"))
            not_an_answer("has a text, which is not asked for", "leave it out");
        Range range{
            .from = to_milliseconds(mark_number(mark, "from", "seconds")),
            .to = to_milliseconds(mark_number(mark, "to", "seconds"))};
        if (!(range.to < formats::longest_recording))
            not_an_answer("has a range that ends after ten years", "send seconds");
        if (range.from < 0) not_an_answer("has a range that begins before 0", "begin it at 0");
        if (range.to <= range.from)
            not_an_answer("has a range that ends where it begins, or before", "leave it out");
        return {range.from, range.to};
    }
    std::string said_in(const json::object& mark) const override {
        const auto* said = mark.if_contains("text");
        if (!said || said->is_null()) return {};
        if (!said->is_string()) not_an_answer("has a text that is none", "send it in quotes");
        auto text = base::nfc(std::string_view(said->get_string()));
        if (text.find('\0') != std::string::npos)
            not_an_answer("holds a NUL character", "send it without");
        if (base::count_code_points(text) > longest_said)
            not_an_answer("has a range with more than 10,000 characters", "part the range");
        return text;
    }
    void write(const Mark& mark, json::object& to) const override {
        to["from"] = mark.numbers[0];
        to["to"] = mark.numbers[1];
        if (!mark.text.empty()) to["text"] = mark.text;
    }

    void check_places(
        const Question& question,
        const std::vector<Mark>& marks,
        const AskedRecord& record
    ) const override {
        auto recording = record.recording();
        if (!recording)
            throw base::UsageError("the record", "is no sound and no film", "skip the task");
        std::vector<Range> ranges;
        for (const auto& mark : marks) ranges.push_back(range_of(mark));
        if (recording->seconds)
            for (const auto& range : ranges)
                if (range.to > *recording->seconds + end_grace)
                    not_an_answer(
                        fmt::format(
                            "has a range up to {} s; the record ends at {:.3f} s",
                            range.to,
                            *recording->seconds
                        ),
                        "keep it inside"
                    );
        if (question.overlapping_spans) return;
        std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) {
            return a.from < b.from;
        });
        for (std::size_t i = 1; i < ranges.size(); ++i)
            if (ranges[i].from < ranges[i - 1].to)
                not_an_answer(
                    fmt::format("has ranges that overlap at {} s", ranges[i].from),
                    "part them, or set overlapping_spans"
                );
    }

private:
    static constexpr std::array<std::string_view, 5> acting{
        "class",
        "overlapping_spans",
        "transcribe",
        "at_least",
        "at_most"};
};

}  // namespace

const TaskType& segments_task() {
    static const SegmentsTask type;
    return type;
}

}  // namespace labeling
