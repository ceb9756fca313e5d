// Values become texts within DuckDB, which writes doubles as the shortest text that reads back the
// same: records are made of texts, whatever they were read from.
#include "formats/parquet/parquet_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.hpp"
#include "formats/parquet/duckdb.hpp"

namespace formats {

namespace {

constexpr auto memory = "1GB";
constexpr auto row_number = "file_row_number";

struct Chosen {
    ParquetKind kind;
    std::string sql;  // an expression that is a text or bytes
};

bool one_of(std::string_view type, std::initializer_list<std::string_view> names) {
    for (auto name : names)
        if (type == name || (type.starts_with(name) && type[name.size()] == '(')) return true;
    return false;
}

// How a column of a type, as DuckDB spells it, is read.
Chosen chosen_of(const std::string& column, std::string_view type) {
    const auto name = duck::sql_name(column);
    auto read = [&](ParquetKind kind, fmt::format_string<const std::string&> how) {
        return Chosen{kind, fmt::format(how, name)};
    };
    if (one_of(type, {"VARCHAR", "UUID", "ENUM", "DATE", "TIME"}))
        return read(ParquetKind::text, "{}::VARCHAR");
    if (one_of(type, {"BOOLEAN"})) return read(ParquetKind::flag, "{}::VARCHAR");
    if (one_of(type, {"FLOAT", "DOUBLE"}))
        return read(
            ParquetKind::number,
            "CASE WHEN isfinite({0}) THEN regexp_replace({0}::VARCHAR, '[.]0$', '') END"
        );
    if (one_of(
            type,
            {"TINYINT",
             "SMALLINT",
             "INTEGER",
             "BIGINT",
             "HUGEINT",
             "UTINYINT",
             "USMALLINT",
             "UINTEGER",
             "UBIGINT",
             "UHUGEINT",
             "DECIMAL"}
        ))
        return read(ParquetKind::number, "{}::VARCHAR");
    if (type.starts_with("TIMESTAMP"))  // the session's zone is UTC
        return read(
            ParquetKind::text, "regexp_replace(replace({}::VARCHAR, ' ', 'T'), '[+]00$', 'Z')"
        );
    if (type == "STRUCT(bytes BLOB, path VARCHAR)" || type == "STRUCT(path VARCHAR, bytes BLOB)")
        return read(ParquetKind::file, "struct_extract({}, 'bytes')");
    if (type == "BLOB") return read(ParquetKind::bytes, "{}");
    if (type == "JSON") return read(ParquetKind::json, "{}::VARCHAR");
    return read(ParquetKind::json, "to_json({})::VARCHAR");
}

}  // namespace

struct ParquetRows::Impl {
    // What was begun is ended by the destructor also when a file turns out to be none: the object
    // is there once the constructor that this one goes by has returned.
    Impl(const std::filesystem::path& from, std::string called)
        : Impl(std::filesystem::absolute(from).lexically_normal(), duck::library()) {
        shown = called.empty() ? path.string() : std::move(called);
        session.confine_to(path);
        begin("DESCRIBE SELECT * FROM read_parquet(" + duck::sql_text(path.string()) + ")");
        while (next()) {
            const std::string name(row.at(0).value_or("")), type(row.at(1).value_or(""));
            auto chosen = chosen_of(name, type);
            columns.push_back({name, chosen.kind});
            expressions.push_back(std::move(chosen.sql));
        }
        // Behind all columns the names of the files.
        paths.resize(columns.size());
        for (std::size_t i = 0; i < columns.size(); ++i) {
            if (columns[i].kind != ParquetKind::file) continue;
            paths[i] = expressions.size();
            expressions.push_back(
                fmt::format("struct_extract({}, 'path')", duck::sql_name(columns[i].name))
            );
        }
    }
    Impl(std::filesystem::path given, const duck::Library& library)
        : duck(library), path(std::move(given)), session(memory) {}
    ~Impl() { end(); }
    Impl(const Impl&) = delete;

    [[noreturn]] void fail(const char* message) const {
        auto words = duck::first_line(message);
        for (auto found = words.find(path.string()); found != words.npos;
             found = words.find(path.string(), found + shown.size()))
            words.replace(found, path.string().size(), shown);
        throw base::Error(shown, "cannot be read as Parquet: " + words);
    }

    void end() {
        if (chunk) duck.destroy_data_chunk(&chunk);
        duck.destroy_result(&result);
        result = {};
        duck.destroy_prepare(&statement);
        statement = nullptr;
        chunk = nullptr;
        rows = at = 0;
    }

    void begin(const std::string& sql) {
        end();
        if (duck.prepare(session.connection(), sql.c_str(), &statement) != duck::State::success)
            fail(duck.prepare_error(statement));
        if (duck.execute_prepared_streaming(statement, &result) != duck::State::success)
            fail(duck.result_error(&result));
        vectors.resize(duck.column_count(&result));
        row.resize(columns.empty() ? vectors.size() : columns.size());
    }

    bool next_chunk() {
        if (chunk) duck.destroy_data_chunk(&chunk);
        chunk = duck.fetch_chunk(result);
        if (!chunk) {
            const char* message = duck.result_error(&result);
            if (message && *message) fail(message);
            return false;
        }
        rows = duck.data_chunk_get_size(chunk);
        at = 0;
        for (std::size_t i = 0; i < vectors.size(); ++i) {
            auto vector = duck.data_chunk_get_vector(chunk, i);
            vectors[i] = {
                static_cast<const duck::Text*>(duck.vector_get_data(vector)),
                duck.vector_get_validity(vector)};
        }
        return rows > 0;
    }

    bool next() {
        if (at == rows && !next_chunk()) return false;
        for (std::size_t i = 0; i < row.size(); ++i) row[i] = value(i, at);
        ++at;
        return true;
    }

    std::optional<std::string_view> value(std::size_t column, std::uint64_t of) const {
        const auto& [texts, valid] = vectors[column];
        const bool there = !valid || (valid[of / 64] >> of % 64 & 1) != 0;
        return there ? std::optional(texts[of].view()) : std::nullopt;
    }

    struct Values {
        const duck::Text* texts = nullptr;
        const std::uint64_t* valid = nullptr;  // null: all are
    };

    const duck::Library& duck;
    std::filesystem::path path;
    std::string shown;
    duck::Session session;
    std::vector<ParquetColumn> columns;
    std::vector<std::string> expressions;
    std::vector<std::optional<std::size_t>> paths;  // of each column's file, among the expressions
    duck::Statement statement = nullptr;
    duck::Result result{};
    duck::Chunk chunk = nullptr;
    std::uint64_t rows = 0, at = 0;  // of the chunk
    std::vector<Values> vectors;
    std::vector<std::optional<std::string_view>> row;
};

ParquetRows::ParquetRows(const std::filesystem::path& path, std::string shown)
    : impl_(std::make_unique<Impl>(path, std::move(shown))) {
    begin(0);
}
ParquetRows::~ParquetRows() = default;

const std::vector<ParquetColumn>& ParquetRows::columns() const {
    return impl_->columns;
}

void ParquetRows::begin(std::int64_t row) {
    impl_->begin(fmt::format(
        "SELECT {} FROM read_parquet({}, file_row_number = true) WHERE {} >= {}",
        fmt::join(impl_->expressions, ", "),
        duck::sql_text(impl_->path.string()),
        row_number,
        row
    ));
}

const std::vector<std::optional<std::string_view>>* ParquetRows::next() {
    return impl_->next() ? &impl_->row : nullptr;
}

std::optional<std::string_view> ParquetRows::path(std::size_t column) const {
    const auto& place = impl_->paths.at(column);
    return place ? impl_->value(*place, impl_->at - 1) : std::nullopt;
}

}  // namespace formats
