// Answers and labels rewritten as a change of classes has them read.
//
// Page by page, in one transaction: a project is never read with half a change. Each page is sorted
// in memory into what is read otherwise and what is asked again, and goes back as one statement.
#include "labeling/projects/schema_rewrite_store.hpp"

#include <limits>
#include <vector>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "labeling/queue/tally_store.hpp"
#include "labeling/sql.hpp"
#include "labeling/tasks/stored_answer.hpp"
#include "schema/records/values.hpp"

namespace labeling {

namespace {

constexpr int schema_page = 5'000;
constexpr auto before_all = std::numeric_limits<std::int64_t>::min();

struct PastAnswer {
    std::int64_t rk = before_all;
    std::string key;
    std::int64_t user_id = before_all;
    int attempt = 0;
    std::string class_name, value;
};
BOOST_DESCRIBE_STRUCT(PastAnswer, (), (rk, key, user_id, attempt, class_name, value))

struct PastLabel {
    std::int64_t rk = before_all;
    std::string key;
    std::string class_name, value;
};
BOOST_DESCRIBE_STRUCT(PastLabel, (), (rk, key, class_name, value))

// Columns of rows, as arrays for a statement.
struct Rows {
    std::vector<std::int64_t> rks, users;
    std::vector<std::string> keys, classes, values;
    std::vector<std::int32_t> attempts;

    void add(const PastLabel& row) {
        rks.push_back(row.rk);
        keys.push_back(row.key);
    }
    void add(const PastAnswer& row) {
        rks.push_back(row.rk);
        keys.push_back(row.key);
        users.push_back(row.user_id);
        attempts.push_back(row.attempt);
    }
    template <typename Row>
    void add(const Row& row, const StoredAnswer& now) {
        add(row);
        classes.push_back(now.class_id ? std::to_string(*now.class_id) : "");
        values.push_back(now.value.value_or(""));
    }
    std::int64_t size() const { return static_cast<std::int64_t>(rks.size()); }
};

// What a change makes of answers and labels, and how many it touched.
class Rewriting {
public:
    Rewriting(
        base::Tx& tx,
        const StoredProject& before,
        const StoredProject& after,
        const AnswersThen& then,
        bool keeps,
        Time now
    )
        : tx_(tx),
          before_(before),
          after_(after),
          then_(then),
          version_(before.schema_version + 1),
          keeps_(keeps),
          now_(schema::timestamp(now)) {}

    Rewritten run() {
        if (then_.renamed.empty() && !then_.asked_again) return {};
        rewrite_answers();
        rewrite_labels();
        if (!again_.keys.empty()) queue();
        count_anew(tx_, before_.id);
        return done_;
    }

private:
    // Sorts a page's rows by what becomes of them.
    template <typename Row>
    void sort(const std::vector<Row>& page, Rows& changed, Rows& again) const {
        for (const auto& row : page) {
            auto was = answer_of(row.class_name, row.value);
            auto read = then_.read(before_.project.question, was);
            if (!read) {
                again.add(row);
            } else if (*read != was) {
                changed.add(row, stored_answer(after_.project.question, *read));
            }
        }
    }

    void rewrite_answers() {
        PastAnswer last;
        for (bool more = true; more;) {
            auto page = base::rows_as<PastAnswer>(tx_.exec(
                sql::file["answers_page"],
                before_.id,
                before_.source_id,
                last.rk,
                last.key,
                last.user_id,
                last.attempt,
                schema_page,
                true
            ));
            more = static_cast<int>(page.size()) == schema_page;
            if (page.empty()) return;
            Rows changed, again;
            sort(page, changed, again);
            put_answers(changed, again);
            done_.answers += changed.size() + again.size();
            last = std::move(page.back());
        }
    }

    void put_answers(const Rows& changed, const Rows& again) {
        if (changed.size() > 0)
            tx_.exec(
                sql::file["change_answers"],
                before_.id,
                before_.source_id,
                version_,
                schema::array_of(changed.rks),
                schema::array_of(changed.keys),
                schema::array_of(changed.users),
                schema::array_of(changed.attempts),
                schema::array_of_optional(changed.classes),
                schema::array_of_optional(changed.values),
                keeps_
            );
        if (again.size() == 0) return;
        tx_.exec(
            sql::file["ask_again"],
            before_.id,
            before_.source_id,
            now_,
            version_,
            schema::array_of(again.rks),
            schema::array_of(again.keys),
            schema::array_of(again.users),
            schema::array_of(again.attempts)
        );
        add_again(again);
    }

    void rewrite_labels() {
        PastLabel last;
        for (bool more = true; more;) {
            auto page = base::rows_as<PastLabel>(tx_.exec(
                sql::file["labels_page"],
                before_.id,
                before_.source_id,
                last.rk,
                last.key,
                schema_page
            ));
            more = static_cast<int>(page.size()) == schema_page;
            if (page.empty()) return;
            Rows changed, again;
            sort(page, changed, again);
            done_.labels += changed.size() + again.size();
            if (changed.size() > 0)
                tx_.exec(
                    sql::file["change_labels"],
                    before_.id,
                    before_.source_id,
                    version_,
                    schema::array_of(changed.rks),
                    schema::array_of(changed.keys),
                    schema::array_of_optional(changed.classes),
                    schema::array_of_optional(changed.values),
                    keeps_
                );
            add_again(again);
            for (std::size_t i = 0; i < again.keys.size(); ++i) {
                gone_.rks.push_back(again.rks[i]);
                gone_.keys.push_back(again.keys[i]);
            }
            last = std::move(page.back());
        }
    }

    void add_again(const Rows& rows) {
        again_.rks.insert(again_.rks.end(), rows.rks.begin(), rows.rks.end());
        again_.keys.insert(again_.keys.end(), rows.keys.begin(), rows.keys.end());
    }

    void queue() {
        done_.queued = tx_.value<std::int64_t>(
                              sql::file["queue_again"],
                              before_.id,
                              before_.source_id,
                              version_,
                              schema::array_of(again_.rks),
                              schema::array_of(again_.keys),
                              schema::array_of(gone_.rks),
                              schema::array_of(gone_.keys),
                              after_.project.overlap,
                              now_
        )
                           .value_or(0);
    }

    base::Tx& tx_;
    const StoredProject& before_;
    const StoredProject& after_;
    const AnswersThen& then_;
    int version_;
    bool keeps_;
    std::string now_;
    Rewritten done_;
    Rows again_, gone_;  // records that are asked again; those that had a label
};

}  // namespace

Rewritten rewrite_rows(
    base::Tx& tx,
    const StoredProject& before,
    const StoredProject& after,
    const AnswersThen& then,
    bool keeps,
    Time now
) {
    return Rewriting(tx, before, after, then, keeps, now).run();
}

Rewritten restore_rows(base::Tx& tx, const StoredProject& project, int version, Time now) {
    auto at = schema::timestamp(now);
    auto id = project.id;
    auto answers = tx.change(sql::file["answers_before"], id, version) +
                   tx.change(sql::file["answers_asked_before"], id, version, at);
    auto labels = tx.change(sql::file["labels_before"], id, version) +
                  tx.change(sql::file["labels_asked_before"], id, version);
    tx.exec(sql::file["tasks_before"], id, version, project.project.overlap, at);
    count_anew(tx, id);
    return {
        .answers = static_cast<std::int64_t>(answers),
        .labels = static_cast<std::int64_t>(labels),
        .queued = 0};
}

}  // namespace labeling
