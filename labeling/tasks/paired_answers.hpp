#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "labeling/tasks/task_type.hpp"

namespace labeling {

// Answers that may be right in part, and so are compared in pairs by the likeness of their kind.
//
// The truth of a record is the answer that is most like the others, the smallest average distance
// of Braylan and Lease (Modeling and aggregation of complex annotations via annotation distances,
// 2020): by majority vote each answer weighs the same, by wawa as much as its author's answers are
// like what was found true. Its probability is the weighted mean likeness of the answers to it.
//
// Agreement is the mean likeness of pairs, and Krippendorff's alpha with one minus likeness as the
// distance (Braylan, Alonso and Lease, Measuring annotator agreement generally across complex
// structured, multi-object, and free-text annotation tasks, 2022); what chance would give is told
// from at most 100,000 pairs of answers to different records.
class PairedAnswers : public AnswerSet {
public:
    PairedAnswers(const TaskType& type, const Question& question)
        : type_(type), question_(question) {}

    void add(Judged answer) override;
    std::size_t size() const override { return size_; }
    std::size_t records() const override { return records_.size(); }
    std::size_t people() const override { return people_.size(); }
    Agreement agreement(std::string_view metric, std::size_t replicates) const override;
    Inferred infer(const Merging& merging) const override;

    // "likeness" and "alpha"; a kind may say in its own words what likeness is.
    static std::vector<MetricInfo> metrics(std::string_view meaning);

protected:
    struct Answer {
        std::uint32_t person = 0;
        std::string value;
    };
    struct Record {
        std::string key;
        std::vector<Answer> answers;
    };

    const TaskType& type() const { return type_; }
    const Question& question() const { return question_; }
    const std::vector<Record>& by_record() const { return records_; }
    const std::vector<std::string>& names() const { return people_; }
    // Compares labels with the truth that is known by import.
    void judge(Inferred& inferred, const Gold& gold) const;
    Agreement interval(
        const std::function<std::optional<double>(const std::vector<std::size_t>&)>& measure,
        const std::vector<std::size_t>& units,
        std::size_t replicates
    ) const;
    // Records with two answers or more.
    std::vector<std::size_t> shared() const;

private:
    using Table = std::vector<double>;
    struct Middle {
        std::size_t answer = 0;  // that is most like the others
        double sure = 1;
    };
    std::vector<Table> alike() const;
    static Middle
    middle(const Record& record, const Table& alike, const std::vector<double>& trust);
    std::vector<double> trust(const std::vector<Table>& alike, const std::vector<Middle>& found)
        const;
    double by_chance() const;

    const TaskType& type_;
    const Question& question_;
    std::vector<Record> records_;
    std::vector<std::string> people_;
    std::unordered_map<std::string, std::size_t> record_index_;
    std::unordered_map<std::string, std::uint32_t> person_index_;
    std::size_t size_ = 0;
};

}  // namespace labeling
