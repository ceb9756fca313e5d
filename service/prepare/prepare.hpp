#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "service/verb.hpp"

// Recorded operations on a source's records, for training, prediction and export.
namespace service {

struct AddPreparation {
    std::string source;
    std::string recipe;                  // TOML of [[operation]] tables
    std::string recipe_name = "recipe";  // what messages and the note call it
    std::string note;
    static const base::Settings<AddPreparation> settings;
};
struct UndoPreparation {
    std::string source;
    std::optional<int> operation;  // its number; none: the last
    static const base::Settings<UndoPreparation> settings;
};
struct PreparationOf {
    std::string source;
    std::optional<int> version;  // none: the present one
    static const base::Settings<PreparationOf> settings;
};
struct PreparationHistory {
    std::string source;
    static const base::Settings<PreparationHistory> settings;
};
struct PreparationItem {
    int version = 0;  // 0: nothing is done to the records
    boost::json::array operations;
    std::string note, made_by, made_at;
};
BOOST_DESCRIBE_STRUCT(PreparationItem, (), (version, operations, note, made_by, made_at))

// Each makes the next version. Throws base::UsageError for operations that make no sense.
PreparationItem add_preparation(Work& work, const AddPreparation& request);
PreparationItem undo_preparation(Work& work, const UndoPreparation& request);
PreparationItem show_preparation(Work& work, const PreparationOf& request);
// Every version, oldest first, in one part.
Page<PreparationItem> list_preparations(Work& work, const PreparationHistory& request);

struct ApplyPreparation {
    std::string source, snapshot;
    std::optional<int> version;
    static const base::Settings<ApplyPreparation> settings;
};
struct FittedAnswer {
    std::string snapshot;
    int version = 0;
    boost::json::array operations;  // {operation, fitted} each
};
BOOST_DESCRIBE_STRUCT(FittedAnswer, (), (snapshot, version, operations))
// Fits it on the snapshot's training side, and keeps that.
FittedAnswer apply_preparation(Work& work, const ApplyPreparation& request);

struct PreviewPreparation {
    std::string source, snapshot;
    std::optional<int> version;
    std::uint64_t rows = 3;
    static const base::Settings<PreviewPreparation> settings;
};
struct ChangedValues {
    std::string op;
    std::uint64_t changed = 0;  // values
};
BOOST_DESCRIBE_STRUCT(ChangedValues, (), (op, changed))
struct PreparedRow {
    std::string key;
    boost::json::object before, after;
};
BOOST_DESCRIBE_STRUCT(PreparedRow, (), (key, before, after))
struct PreviewAnswer {
    int version = 0;
    std::uint64_t records = 0;  // of the training side, that were counted
    std::vector<ChangedValues> operations;
    std::vector<PreparedRow> rows;
};
BOOST_DESCRIBE_STRUCT(PreviewAnswer, (), (version, records, operations, rows))
PreviewAnswer preview_preparation(Work& work, const PreviewPreparation& request);

}  // namespace service
