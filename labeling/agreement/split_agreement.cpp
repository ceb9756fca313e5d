// Where the people of a project agree and where not.
//
// Answers come record by record, so that only those of one record are held beside the parts. Two
// people are a part of their own wherever they share a record; in time a record belongs to when it
// was first answered, so that all answers to it stand in one part. By class the question is whether
// an answer names the class, which every kind with classes can say of its answers: what an answer
// names is kept as one text, and each class asks these texts, not the answers, anew.
#include "labeling/agreement/split_agreement.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "labeling/tasks/task_type.hpp"

namespace labeling {

namespace {

constexpr char between_marks = '\x1f';

std::string mark_of(std::string_view part, const std::string& name) {
    return part.empty() ? name : fmt::format("{}: {}", part, name);
}

void add_marks(const Question& question, std::string_view part, std::vector<std::string>& marks) {
    for (const auto* classes : {&question.classes, &question.retired})
        for (const auto& item : *classes) {
            auto mark = mark_of(part, item.name);
            if (std::find(marks.begin(), marks.end(), mark) == marks.end()) marks.push_back(mark);
        }
}

std::string name_of_bucket(base::Time begin, Bucket bucket) {
    return base::formatted(begin, bucket == Bucket::hour ? "%Y-%m-%dT%H:00Z" : "%Y-%m-%d");
}

}  // namespace

base::Time begin_of(base::Time time, Bucket bucket) {
    using namespace std::chrono;
    if (bucket == Bucket::hour) return floor<hours>(time);
    auto day = floor<days>(time);
    if (bucket == Bucket::day) return day;
    return day - (weekday(day) - Monday);
}

base::Time after(base::Time begin, Bucket bucket) {
    using namespace std::chrono_literals;
    return begin + (bucket == Bucket::hour ? 1h : bucket == Bucket::day ? 24h : 7 * 24h);
}

SplitAgreement::SplitAgreement(const Question& question, AgreementSplit split, Bucket bucket)
    : question_(question), split_(split), bucket_(bucket) {
    if (split != AgreementSplit::class_) return;
    add_marks(question, {}, marks_);
    for (const auto& part : question.parts) add_marks(part.question, part.name, marks_);
    if (marks_.empty())
        throw base::UsageError(
            fmt::format("'by class' of a {} project", question.kind),
            "has no classes to go by",
            "ask by pair or by time"
        );
}

std::string SplitAgreement::marks_of(const std::string& answer) const {
    std::vector<std::string> named;
    task_type(question_.kind)
        .with_classes(question_, answer, [&](std::string_view part, const std::string& name) {
            named.push_back(mark_of(part, name));
            return std::optional(name);
        });
    std::sort(named.begin(), named.end());
    named.erase(std::unique(named.begin(), named.end()), named.end());
    std::string all(1, between_marks);
    for (const auto& name : named) all.append(name).push_back(between_marks);
    return all;
}

SplitAgreement::Part& SplitAgreement::part_named(const std::string& name) {
    auto& part = parts_[name];
    if (!part.answers) part.answers = task_type(question_.kind).gather(question_);
    return part;
}

void SplitAgreement::add(const StandingAnswer& answer) {
    if (split_ == AgreementSplit::class_)
        return marked_.add(answer.said.key, answer.said.user, marks_of(answer.said.value));
    if (!record_.empty() && record_.front().said.key != answer.said.key) end_record();
    auto same = std::find_if(record_.begin(), record_.end(), [&](const StandingAnswer& each) {
        return each.said.user == answer.said.user;
    });
    if (same == record_.end())
        record_.push_back(answer);
    else
        *same = answer;
}

void SplitAgreement::add_pairs() {
    std::sort(record_.begin(), record_.end(), [](const auto& a, const auto& b) {
        return a.said.user < b.said.user;
    });
    for (std::size_t a = 0; a < record_.size(); ++a)
        for (auto b = a + 1; b < record_.size(); ++b) {
            auto name = fmt::format("{}, {}", record_[a].said.user, record_[b].said.user);
            auto& part = part_named(name);
            part.answers->add(record_[a].said);
            part.answers->add(record_[b].said);
            part.shared = true;
        }
}

void SplitAgreement::end_record() {
    if (split_ == AgreementSplit::pair) {
        add_pairs();
    } else if (!record_.empty()) {
        auto first =
            std::min_element(record_.begin(), record_.end(), [](const auto& a, const auto& b) {
                return a.submitted_at < b.submitted_at;
            });
        auto begin = begin_of(first->submitted_at, bucket_);
        auto& part = part_named(name_of_bucket(begin, bucket_));
        for (const auto& each : record_) part.answers->add(each.said);
        part.shared = part.shared || record_.size() > 1;
    }
    record_.clear();
}

std::vector<AgreementPart>
SplitAgreement::by_class(Metric metric, std::size_t replicates, const std::stop_token& stop) {
    auto ratings = std::move(marked_).build();
    auto bears = [&](std::size_t answer, std::size_t mark) {
        auto wanted = between_marks + marks_[mark] + between_marks;
        return ratings.answers[answer].find(wanted) != std::string::npos;
    };
    return agreement_by_mark(ratings, metric, marks_, bears, replicates, stop);
}

std::vector<AgreementPart> SplitAgreement::parts(
    const std::string& metric,
    std::size_t replicates,
    const std::stop_token& stop
) {
    if (split_ == AgreementSplit::class_)
        return by_class(base::parse<Metric>(metric).value(), replicates, stop);
    end_record();
    std::vector<AgreementPart> found;
    for (auto& [name, part] : parts_) {
        if (stop.stop_requested()) throw base::Interrupted();
        Agreement agreement{.value = {}, .low = {}, .high = {}, .units = 0, .raters = 0};
        if (part.shared)
            agreement = part.answers->agreement(metric, replicates);
        else
            agreement.raters = part.answers->people();
        found.push_back({.name = name, .agreement = agreement});
        part.answers.reset();
    }
    return found;
}

}  // namespace labeling
