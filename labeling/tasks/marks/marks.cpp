// What all marks have in common: reading, matching, clustering, voting.
//
// Marks are matched greedily, the most alike first, and not by the best sum over all: what a person
// sees as the same mark is the nearest one, and a picture with a thousand marks must not take a
// minute. Marks of two classes never belong together; a mark whose class is in doubt is voted on
// under each of them, and falls if none has most of the people behind it.
#include "labeling/tasks/marks/marks.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "labeling/tasks/answer_json.hpp"
#include "labeling/tasks/voted_answers.hpp"

namespace labeling {

namespace {

namespace json = boost::json;

constexpr std::size_t most_marks = 10'000;
constexpr double one_mark = 0.5;  // as alike marks of two people are taken for one

// Pairs of marks that belong together: of one class, the most alike first, each mark once.
struct Match {
    double alike = 0;
    std::size_t a = 0, b = 0;
};
std::vector<Match>
matched(const MarksTask& type, const std::vector<Mark>& a, const std::vector<Mark>& b) {
    std::vector<Match> all, kept;
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t j = 0; j < b.size(); ++j) {
            if (a[i].label != b[j].label) continue;
            if (auto alike = type.alike(a[i], b[j]); alike > 0) all.push_back({alike, i, j});
        }
    std::stable_sort(all.begin(), all.end(), [](const Match& x, const Match& y) {
        return x.alike > y.alike;
    });
    std::vector<bool> used_a(a.size()), used_b(b.size());
    for (const auto& match : all) {
        if (used_a[match.a] || used_b[match.b]) continue;
        used_a[match.a] = used_b[match.b] = true;
        kept.push_back(match);
    }
    return kept;
}

class MarksAnswers : public VotedAnswers {
public:
    MarksAnswers(const MarksTask& type, const Question& question)
        : VotedAnswers(type, question), marks_(type) {}

protected:
    std::vector<std::string> parts(const std::string& answer) const override {
        std::vector<std::string> texts;
        for (auto& mark : marks_.marks_of(answer)) texts.push_back(marks_.text_of({mark}));
        return texts;
    }

    std::vector<Candidate> candidates(const Record& record) const override {
        std::vector<Mark> all;
        std::vector<std::uint32_t> whose;
        for (const auto& answer : record.answers)
            for (auto& mark : marks_.marks_of(answer.value)) {
                all.push_back(std::move(mark));
                whose.push_back(answer.person);
            }
        auto cluster = clusters(all, whose);
        std::vector<Candidate> made;
        for (std::size_t c = 0; c < all.size(); ++c) {
            Candidate one;
            std::vector<const Mark*> members;
            for (std::size_t i = 0; i < all.size(); ++i)
                if (cluster[i] == c) {
                    members.push_back(&all[i]);
                    one.givers.push_back(whose[i]);
                }
            if (members.empty()) continue;
            one.part = marks_.text_of({marks_.middle(members)});
            made.push_back(std::move(one));
        }
        return made;
    }

    std::string whole(std::vector<Candidate>& candidates) const override {
        std::vector<std::pair<Mark, Candidate*>> sure;
        for (auto& one : candidates)
            if (one.kept) sure.emplace_back(marks_.marks_of(one.part).front(), &one);
        std::sort(sure.begin(), sure.end(), [](const auto& a, const auto& b) {
            return std::tie(b.second->probability, a.first) <
                   std::tie(a.second->probability, b.first);
        });
        std::vector<Mark> kept;
        for (auto& [mark, one] : sure) {
            auto left = marks_.beside(question(), kept, std::move(mark));
            one->kept = left.has_value();
            if (left) kept.push_back(std::move(*left));
        }
        std::sort(kept.begin(), kept.end());
        return marks_.text_of(std::move(kept));
    }

private:
    // By mark, the number of what it is one of; nobody has two marks of one.
    std::vector<std::size_t>
    clusters(const std::vector<Mark>& all, const std::vector<std::uint32_t>& whose) const {
        std::vector<Match> pairs;
        for (std::size_t i = 0; i < all.size(); ++i)
            for (auto j = i + 1; j < all.size(); ++j) {
                if (whose[i] == whose[j] || all[i].label != all[j].label) continue;
                if (auto alike = marks_.alike(all[i], all[j]); alike >= one_mark)
                    pairs.push_back({alike, i, j});
            }
        std::stable_sort(pairs.begin(), pairs.end(), [](const Match& x, const Match& y) {
            return x.alike > y.alike;
        });
        std::vector<std::size_t> cluster(all.size());
        std::vector<std::vector<std::size_t>> members(all.size());
        for (std::size_t i = 0; i < all.size(); ++i) {
            cluster[i] = i;
            members[i] = {i};
        }
        for (const auto& pair : pairs) {
            auto a = cluster[pair.a], b = cluster[pair.b];
            if (a == b) continue;
            bool shared = std::any_of(members[a].begin(), members[a].end(), [&](std::size_t i) {
                return std::any_of(members[b].begin(), members[b].end(), [&](std::size_t j) {
                    return whose[i] == whose[j];
                });
            });
            if (shared) continue;
            for (auto i : members[b]) {
                cluster[i] = a;
                members[a].push_back(i);
            }
            members[b].clear();
        }
        return cluster;
    }

    const MarksTask& marks_;
};

}  // namespace

std::string_view MarksTask::example() const {
    return R"([[class]]
name = "cat"
hotkey = "c"
colour = "#4477aa"
[[class]]
name = "dog"
hotkey = "d"
colour = "#ee6677"
)";
}

std::optional<base::Fault> MarksTask::check(const Question& question) const {
    if (!question.classes.empty()) return std::nullopt;
    return base::Fault{.reason = "is missing", .mend = "give the classes of marks", .at = "class"};
}

std::vector<Mark> MarksTask::parse(const std::string& answer, const Question* question) const {
    constexpr auto wanted = "a list of marks, each with its label";
    auto value = parse_answer(answer);
    std::vector<Mark> marks;
    for (const auto& item : list_of(value, wanted)) {
        auto mark = object_of(item, wanted);
        const auto* label = mark.if_contains("label");
        if (!label || !label->is_string()) not_an_answer(wanted);
        auto name = question ? known_class(*question, *label) : std::string(label->get_string());
        mark.erase("label");
        auto numbers = numbers_of(mark, name, question);
        marks.push_back(
            {.label = std::move(name), .numbers = std::move(numbers), .text = said_in(mark)}
        );
    }
    return marks;
}

std::string MarksTask::read(
    const Question& question,
    const std::string& answer,
    const AskedRecord& record
) const {
    auto marks = parse(answer, &question);
    check_count(question, marks.size(), "marks");
    if (marks.size() > most_marks) not_an_answer("has more than 10,000 marks", "mark fewer");
    check_places(question, marks, record);
    std::sort(marks.begin(), marks.end());
    if (std::adjacent_find(marks.begin(), marks.end()) != marks.end())
        not_an_answer("has the same mark twice", "send each once");
    return text_of(marks);
}

std::optional<std::string>
MarksTask::answer_of_value(const Question& question, const std::string& value) const {
    try {
        return text_of(parse(value, &question));
    } catch (const base::UsageError&) {
        return std::nullopt;
    }
}

std::string
MarksTask::with_classes(const Question&, const std::string& answer, const Rename& rename) const {
    std::vector<Mark> kept;
    for (auto& mark : marks_of(answer))
        if (auto name = rename({}, mark.label)) {
            mark.label = *name;
            kept.push_back(std::move(mark));
        }
    std::sort(kept.begin(), kept.end());
    return text_of(kept);
}

double MarksTask::likeness(const Question&, const std::string& a, const std::string& b) const {
    auto first = marks_of(a), second = marks_of(b);
    auto all = first.size() + second.size();
    if (all == 0) return 1;
    double sum = 0;
    for (const auto& match : matched(*this, first, second))
        sum += alike_in_all(first[match.a], second[match.b]);
    return 2 * sum / static_cast<double>(all);
}

std::unique_ptr<AnswerSet> MarksTask::gather(const Question& question) const {
    return std::make_unique<MarksAnswers>(*this, question);
}

std::vector<MetricInfo> MarksTask::metrics(const Question&) const {
    return PairedAnswers::metrics(likeness_meaning());
}

// A mark is left out.
std::string MarksTask::mistake(const Question&, const std::string& truth, base::Random& random)
    const {
    auto marks = marks_of(truth);
    if (marks.empty()) return truth;
    marks.erase(marks.begin() + static_cast<std::ptrdiff_t>(random.below(marks.size())));
    return text_of(marks);
}

std::vector<Mark> MarksTask::marks_of(const std::string& answer) const {
    return parse(answer, nullptr);
}

std::string MarksTask::text_of(std::vector<Mark> marks) const {
    json::array list;
    for (const auto& mark : marks) {
        json::object item;
        write(mark, item);
        item["label"] = mark.label;
        list.push_back(std::move(item));
    }
    return json::serialize(list);
}

void PictureMarksTask::check_places(
    const Question&,
    const std::vector<Mark>& marks,
    const AskedRecord& record
) const {
    auto picture = record.picture();
    if (!picture) throw base::UsageError("the record", "has no picture", "skip the task");
    constexpr double rounding = 0.5;
    for (const auto& mark : marks)
        for (const auto& [x, y] : corners(mark))
            if (x < -rounding || y < -rounding || x > picture->width + rounding ||
                y > picture->height + rounding)
                not_an_answer(
                    fmt::format(
                        "has a mark that leaves the picture at {}, {}; it has {} x {} pixels",
                        x,
                        y,
                        picture->width,
                        picture->height
                    ),
                    "keep it inside"
                );
}

double mark_number(const json::object& mark, std::string_view name, std::string_view unit) {
    const auto* value = mark.if_contains(name);
    boost::system::error_code code;
    double number = value ? value->to_number<double>(code) : NAN;
    if (code || !std::isfinite(number))
        not_an_answer(
            fmt::format("has a mark without '{}'", name),
            fmt::format("give it as a number of {}", unit)
        );
    return number;
}

}  // namespace labeling
