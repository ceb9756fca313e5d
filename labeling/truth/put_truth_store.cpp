// Labels on their way into the database, a batch at a time.
#include "labeling/truth/put_truth.hpp"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "labeling/queue/tally_store.hpp"
#include "labeling/sql.hpp"
#include "labeling/tasks/stored_answer.hpp"
#include "schema/records/record.hpp"
#include "schema/records/values.hpp"

namespace labeling::detail {

namespace {

constexpr std::size_t batch_of_labels = 5'000;

struct GoneLabel {
    std::optional<int> class_id;
    double probability = 0;
    Time set_at;
};
BOOST_DESCRIBE_STRUCT(GoneLabel, (), (class_id, probability, set_at))

// Adds the statement that writes labels `first` to `last`, and those that count them. Returns the
// place of the first.
std::size_t add_labels(
    base::Batch& batch,
    const StoredProject& project,
    std::span<const InferredLabel> labels,
    const std::string& method,
    bool keep_imported,
    Time now
) {
    std::vector<std::int64_t> rks;
    std::vector<std::string> keys, classes, values;
    std::vector<double> probabilities;
    for (const auto& each : labels) {
        rks.push_back(schema::record_key(project.project.source, each.key));
        keys.push_back(each.key);
        auto label = stored_answer(project.project.question, each.value);
        classes.push_back(label.class_id ? std::to_string(*label.class_id) : "");
        values.push_back(label.value.value_or(""));
        probabilities.push_back(std::clamp(each.probability, 0.0, 1.0));
    }
    auto place = batch.add(
        sql::file["put_truth"],
        project.id,
        project.source_id,
        schema::array_of(rks),
        schema::array_of(keys),
        schema::array_of_optional(classes),
        fmt::format("{{{}}}", fmt::join(probabilities, ",")),
        method,
        schema::timestamp(now),
        keep_imported,
        schema::array_of_optional(values)
    );
    count_put_labels(batch, project.id);
    return place;
}

}  // namespace

Put put_truth(
    base::Steps steps,
    const StoredProject& project,
    const std::vector<InferredLabel>& labels,
    const std::string& method,
    bool keep_imported,
    Time now
) {
    Put total;
    for (std::size_t first = 0; first < labels.size(); first += batch_of_labels) {
        auto some = std::span(labels).subspan(first);
        some = some.first(std::min(batch_of_labels, some.size()));
        auto put = steps.call([&](base::Tx& tx) {
            base::Batch batch(tx);
            auto place = add_labels(batch, project, some, method, keep_imported, now);
            batch.run();
            return base::first_as<Put>(batch.rows(place)).value();
        });
        total.given += put.given;
        total.known += put.known;
        total.added += put.added;
        total.changed += put.changed;
    }
    return total;
}

void put_truth(
    base::Batch& batch,
    const StoredProject& project,
    const std::vector<InferredLabel>& labels,
    const std::string& method,
    Time now
) {
    add_labels(batch, project, labels, method, true, now);
}

void withdraw_label(base::Tx& tx, const StoredProject& project, std::int64_t task) {
    auto gone = base::first_as<GoneLabel>(tx.exec(sql::file["withdraw_label"], task));
    if (!gone) return;
    count_labels(tx, project.id, -1);
    LabelCounted label;
    label.class_was = gone->class_id;
    label.probability_was = gone->probability;
    label.set_at_was = gone->set_at;
    count_label(tx, project.id, label);
}

}  // namespace labeling::detail
