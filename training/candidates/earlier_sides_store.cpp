#include "training/candidates/earlier_sides_store.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "training/snapshots/member_store.hpp"
#include "training/sql.hpp"

namespace training {

namespace json = boost::json;

namespace {

// What divides snapshots in the same way: its records keep their sides from one to the next.
bool same_kind(const json::object& earlier, const SnapshotSpec& spec) {
    const auto text = [&](const char* name) {
        const auto* value = earlier.if_contains(name);
        return value && value->is_string() ? std::string(value->as_string()) : std::string();
    };
    const auto* seed = earlier.if_contains("seed");
    return text("split") == spec.split && text("group") == spec.group && text("time").empty() &&
           text("stratify") == spec.stratify && seed &&
           seed->to_number<std::uint64_t>() == spec.seed;
}

struct EarlierSnapshot {
    std::int64_t id = 0;
    std::string spec;
};
BOOST_DESCRIBE_STRUCT(EarlierSnapshot, (), (id, spec))

// The places and keys of the candidates of one rk after the other: both are in the order of rk.
class SameRk {
public:
    explicit SameRk(const CandidateFile& all) : reader_(all), next_(reader_.next()) {}

    const std::vector<std::pair<std::size_t, std::string>>& of(std::int64_t rk) {
        if (rk == rk_) return found_;
        rk_ = rk;
        found_.clear();
        for (; next_ && next_->rk <= rk; next_ = reader_.next(), ++at_)
            if (next_->rk == rk) found_.emplace_back(at_, std::move(next_->key));
        return found_;
    }

private:
    CandidateReader reader_;
    std::optional<Candidate> next_;
    std::size_t at_ = 0;
    std::optional<std::int64_t> rk_;
    std::vector<std::pair<std::size_t, std::string>> found_;
};

}  // namespace

void keep_sides(
    base::Database& database,
    const SnapshotProject& project,
    const SnapshotSpec& spec,
    Candidates& choice
) {
    constexpr std::size_t looked_at = 20;
    auto earlier = database.call([&](base::Tx& tx) {
        return base::rows_as<EarlierSnapshot>(
            tx.exec(sql::file["earlier_snapshots"], project.source_id, project.id)
        );
    });
    auto unknown = choice.candidates.size();
    std::size_t looked = 0;
    for (const auto& one : earlier) {
        const auto parsed = json::parse(one.spec);
        if (unknown == 0 || looked == looked_at) return;
        if (!same_kind(parsed.as_object(), spec)) continue;
        ++looked;
        const auto* folds = parsed.as_object().if_contains("folds");
        const bool same_folds = folds && folds->to_number<int>() == spec.folds;
        SameRk places(choice.candidates);
        each_member(database, one.id, [&](const SnapshotMember& member) {
            for (const auto& [i, key] : places.of(member.rk)) {
                if (choice.members.kept[i] || key != member.key) continue;
                choice.members.kept.set(i, static_cast<Part>(member.split));
                if (same_folds) choice.members.kept_fold.set(i, member.fold.value_or(-1));
                --unknown;
            }
        });
    }
}

}  // namespace training
