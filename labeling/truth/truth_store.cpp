// The truth of a project in the database: its answers read, its labels inferred, stored and walked.
//
// Everything that grows with the project goes in pages or batches, so that memory stays small, and
// so that whoever has millions of answers can give each a transaction of its own: one over all of
// them would hold back vacuum and lose its work to one conflict. Pages go by key and not by OFFSET,
// which reads again what it skips.
#include "labeling/truth/truth_store.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "labeling/sql.hpp"
#include "labeling/truth/put_truth.hpp"
#include "labeling/truth/score.hpp"
#include "schema/records/record.hpp"
#include "schema/records/values.hpp"

namespace labeling {

namespace {

constexpr std::size_t batch = 5'000;
constexpr int page = 5'000;
constexpr auto first_rk = std::numeric_limits<std::int64_t>::min();

struct AnswerRow {
    std::int64_t rk = first_rk;
    std::string key;
    std::int64_t user_id = first_rk;
    int attempt = 0;
    std::string user_name, class_name;
};
BOOST_DESCRIBE_STRUCT(AnswerRow, (), (rk, key, user_id, attempt, user_name, class_name))

struct GoldRow {
    std::string key, label;
};
BOOST_DESCRIBE_STRUCT(GoldRow, (), (key, label))

struct LabeledRow : ExportRow {
    std::int64_t rk = 0;
};
BOOST_DESCRIBE_STRUCT(LabeledRow, (ExportRow), (rk))

// The answers of a project that count, a page at a time. read() may be repeated, as a transaction
// is; add_to() goes on to the next page.
class AnswerPages {
public:
    explicit AnswerPages(const StoredProject& project) : project_(project) {}

    // False when there are no more.
    bool read(base::Tx& tx) {
        if (last_page_) return false;
        rows_ = base::rows_as<AnswerRow>(tx.exec(
            sql::file["answers_page"],
            project_.id,
            project_.source_id,
            last_.rk,
            last_.key,
            last_.user_id,
            last_.attempt,
            page
        ));
        return !rows_.empty();
    }

    void add_to(JudgementsBuilder& builder) {
        for (const auto& row : rows_) builder.add(row.key, row.user_name, row.class_name);
        last_page_ = static_cast<int>(rows_.size()) < page;
        last_ = std::move(rows_.back());
    }

private:
    const StoredProject& project_;
    std::vector<AnswerRow> rows_;
    AnswerRow last_;
    bool last_page_ = false;
};

}  // namespace

namespace detail {

Put put_truth(
    base::Steps steps,
    const StoredProject& project,
    const std::vector<Label>& labels,
    const std::string& method,
    bool keep_imported,
    Time now
) {
    Put total;
    for (std::size_t first = 0; first < labels.size(); first += batch) {
        std::vector<std::int64_t> rks;
        std::vector<std::string> keys;
        std::vector<std::int32_t> classes;
        std::vector<double> probabilities;
        for (auto i = first; i < std::min(first + batch, labels.size()); ++i) {
            rks.push_back(schema::record_key(project.project.source, labels[i].key));
            keys.push_back(labels[i].key);
            classes.push_back(labels[i].class_id);
            probabilities.push_back(std::clamp(labels[i].probability, 0.0, 1.0));
        }
        auto put = steps.call([&](base::Tx& tx) {
            return base::first_as<Put>(tx.exec(
                                           sql::file["put_truth"],
                                           project.id,
                                           project.source_id,
                                           schema::array_of(rks),
                                           schema::array_of(keys),
                                           schema::array_of(classes),
                                           fmt::format("{{{}}}", fmt::join(probabilities, ",")),
                                           method,
                                           schema::timestamp(now),
                                           keep_imported
                                       ))
                .value();
        });
        total.given += put.given;
        total.known += put.known;
        total.added += put.added;
        total.changed += put.changed;
    }
    return total;
}

}  // namespace detail

Judgements load_judgements(base::Steps steps, const StoredProject& project, bool all_classes) {
    JudgementsBuilder builder;
    if (all_classes)
        for (const auto& item : project.project.classes) builder.allow(item.name);
    AnswerPages pages(project);
    while (steps.call([&](base::Tx& tx) { return pages.read(tx); })) pages.add_to(builder);
    return std::move(builder).build();
}

Gold load_gold(base::Steps steps, const StoredProject& project) {
    auto rows = steps.call([&](base::Tx& tx) {
        return base::rows_as<GoldRow>(tx.exec(sql::file["imported_truth"], project.id));
    });
    Gold gold;
    for (auto& row : rows) gold.emplace(std::move(row.key), std::move(row.label));
    return gold;
}

Resolved resolve_truth(
    base::Steps steps,
    const std::string& name,
    Method method,
    bool keep_imported,
    Time now
) {
    auto project = steps.call([&](base::Tx& tx) { return load_project(tx, name); });
    auto judgements = load_judgements(steps, project);
    if (judgements.rows.empty())
        throw base::Error(
            "project '" + name + "'", "has no answers", "label some of its tasks first"
        );
    auto gold = load_gold(steps, project);

    Resolved result{};
    if (method == Method::automatic) {
        auto choice = choose(judgements, gold);
        method = is_numeric(choice.method) ? Method::mv : choice.method;
        result.why = choice.why;
    }
    auto truth = infer(judgements, method);
    result.method = method;
    result.records = static_cast<std::int64_t>(judgements.questions.size());
    result.workers = static_cast<std::int64_t>(judgements.workers.size());
    result.answers = static_cast<std::int64_t>(judgements.rows.size());
    for (std::size_t w = 0; w < judgements.workers.size(); ++w)
        result.worker_accuracy.emplace_back(judgements.workers[w], truth.worker_accuracy[w]);

    std::map<std::string, std::int32_t> ids;
    for (const auto& item : project.project.classes) ids[item.name] = item.id;
    std::vector<detail::Label> labels;
    bool any_gold = false;
    for (std::size_t q = 0; q < judgements.questions.size(); ++q) {
        auto probability = truth.probability(q);
        if (probability < project.project.truth.target) ++result.below_target;
        labels.push_back(
            {judgements.questions[q], ids.at(judgements.answers[truth.label[q]]), probability}
        );
        any_gold = any_gold || gold.contains(judgements.questions[q]);
    }
    if (any_gold) {
        auto judged = score(judgements, truth, gold);
        result.judged = static_cast<std::int64_t>(judged.judged);
        result.accuracy = judged.accuracy;
    }
    auto put =
        put_truth(steps, project, labels, std::string(base::name_of(method)), keep_imported, now);
    result.added = put.added;
    result.changed = put.changed;
    return result;
}

std::int64_t extend_unsure(base::Tx& tx, const StoredProject& project, int at_most) {
    return static_cast<std::int64_t>(
        tx.change(sql::file["extend_unsure"], project.id, project.project.truth.target, at_most)
    );
}

std::int64_t each_label(
    base::Steps steps,
    const StoredProject& project,
    const std::function<void(const ExportRow&)>& visit
) {
    std::int64_t count = 0, rk = first_rk;
    std::string key;
    for (;;) {
        auto rows = steps.call([&](base::Tx& tx) {
            return base::rows_as<LabeledRow>(
                tx.exec(sql::file["export_page"], project.id, project.source_id, rk, key, page)
            );
        });
        for (const auto& row : rows) visit(row);
        count += static_cast<std::int64_t>(rows.size());
        if (static_cast<int>(rows.size()) < page) return count;
        rk = rows.back().rk;
        key = rows.back().key;
    }
}

}  // namespace labeling
