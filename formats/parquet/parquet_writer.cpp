// DuckDB pulls: COPY reads a table function of ours to its end. Rows are pushed. So COPY runs on a
// thread of its own, and takes the rows from a tray that the writer fills and hands over: at no
// time are there more rows than those of two trays and of the row group that DuckDB is at.
#include "formats/parquet/parquet_writer.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "base/error.hpp"
#include "formats/json/json.hpp"
#include "formats/parquet/duckdb.hpp"

namespace formats {

namespace {

constexpr std::size_t tray_bytes = 8 * 1024 * 1024;
constexpr auto memory = "1GB";
constexpr auto row_group = "32MB";

using Row = std::vector<DataCell>;

std::size_t size_of(const Row& row) {
    std::size_t size = 0;
    for (const auto& cell : row) {
        size += sizeof cell;
        if (const auto* text = std::get_if<std::string>(&cell)) size += text->size();
        if (const auto* json = std::get_if<JsonCell>(&cell)) size += json->spelled.size();
        if (const auto* file = std::get_if<FileCell>(&cell)) size += file->bytes.size();
    }
    return size;
}

// Rows on their way from one thread to the other.
class Tray {
public:
    // False if nobody takes them any more.
    bool put(std::vector<Row> rows) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return rows_.empty() || over_; });
        if (over_) return false;
        rows_ = std::move(rows);
        changed_.notify_all();
        return true;
    }
    // No more will come; `whole`: that was all.
    void end(bool whole) {
        const std::lock_guard lock(mutex_);
        ended_ = true;
        whole_ = whole;
        changed_.notify_all();
    }
    // Empty at the end.
    std::vector<Row> take() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return !rows_.empty() || ended_; });
        auto rows = std::exchange(rows_, {});
        changed_.notify_all();
        return rows;
    }
    bool is_whole() {
        const std::lock_guard lock(mutex_);
        return whole_;
    }
    // Nothing is taken any more.
    void leave() {
        const std::lock_guard lock(mutex_);
        over_ = true;
        changed_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Row> rows_;
    bool ended_ = false, whole_ = false, over_ = false;
};

class TypeOf {
public:
    TypeOf(const duck::Library& duck, CellType type) : duck_(duck) {
        if (is_file(type)) {
            auto bytes = duck.create_logical_type(duck::Type::blob);
            auto path = duck.create_logical_type(duck::Type::varchar);
            duck::LogicalType members[]{bytes, path};
            const char* names[]{"bytes", "path"};
            type_ = duck.create_struct_type(members, names, 2);
            duck.destroy_logical_type(&bytes);
            duck.destroy_logical_type(&path);
            return;
        }
        type_ = duck.create_logical_type(simple(type));
        if (type == CellType::json) duck.logical_type_set_alias(type_, "JSON");
    }
    ~TypeOf() { duck_.destroy_logical_type(&type_); }
    TypeOf(const TypeOf&) = delete;
    duck::LogicalType get() const { return type_; }

private:
    static duck::Type simple(CellType type) {
        switch (type) {
            case CellType::integer:
                return duck::Type::bigint;
            case CellType::number:
                return duck::Type::double_number;
            case CellType::flag:
                return duck::Type::boolean;
            case CellType::time:
                return duck::Type::timestamp_tz;
            default:
                return duck::Type::varchar;
        }
    }

    const duck::Library& duck_;
    duck::LogicalType type_;
};

class ParquetWriter : public RowWriter {
public:
    ParquetWriter(std::filesystem::path path, std::vector<DataColumn> columns)
        : path_(std::move(path)), columns_(std::move(columns)), session_(memory) {
        add_function();
        copying_ = std::jthread([this] { copy(); });
    }
    ~ParquetWriter() override { tray_.end(false); }

    void write(std::span<const DataCell> row) override {
        filled_.emplace_back(row.begin(), row.end());
        bytes_ += size_of(filled_.back());
        if (bytes_ >= tray_bytes || filled_.size() >= duck_.vector_size()) hand_over();
    }

    void finish() override {
        if (!filled_.empty()) hand_over();
        tray_.end(true);
        copying_.join();
        if (!fault_.empty()) fail();
    }

private:
    void hand_over() {
        bytes_ = 0;
        if (tray_.put(std::exchange(filled_, {}))) return;
        copying_.join();
        fail();
    }
    [[noreturn]] void fail() const {
        throw base::Error(path_.string(), "cannot be written as Parquet: " + fault_);
    }

    // On the other thread.
    void copy() {
        try {
            auto features = "{\"info\":{\"features\":" + huggingface_features(columns_) + "}}";
            // One thread keeps it all the same, and else row groups are by number, whatever their
            // size.
            session_.run("SET preserve_insertion_order = false", "DuckDB");
            session_.run(
                "COPY (SELECT * FROM tilth_rows()) TO " + duck::sql_text(path_.string()) +
                    " (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE_BYTES " +
                    duck::sql_text(row_group) +
                    ", KV_METADATA {huggingface: " + duck::sql_text(features) + "})",
                "DuckDB"
            );
        } catch (const base::Error& error) {
            fault_ = error.what();
        }
        tray_.leave();
    }

    void add_function() {
        auto function = duck_.create_table_function();
        duck_.table_function_set_name(function, "tilth_rows");
        duck_.table_function_set_extra_info(function, this, nullptr);
        duck_.table_function_set_bind(function, &ParquetWriter::bind);
        duck_.table_function_set_init(function, [](duck::InitInfo) {});
        duck_.table_function_set_function(function, &ParquetWriter::give);
        const auto state = duck_.register_table_function(session_.connection(), function);
        duck_.destroy_table_function(&function);
        if (state != duck::State::success)
            throw base::Error(path_.string(), "cannot be written as Parquet");
    }

    static void bind(duck::BindInfo info) {
        const auto& duck = duck::library();
        const auto& self = *static_cast<ParquetWriter*>(duck.bind_get_extra_info(info));
        for (const auto& column : self.columns_)
            duck.bind_add_result_column(info, column.name.c_str(), TypeOf(duck, column.type).get());
    }

    static void give(duck::FunctionInfo info, duck::Chunk chunk) {
        const auto& duck = duck::library();
        auto& self = *static_cast<ParquetWriter*>(duck.function_get_extra_info(info));
        const auto rows = self.tray_.take();
        if (rows.empty() && !self.tray_.is_whole()) {
            duck.function_set_error(info, "the writer has given up");
            return;
        }
        for (std::size_t i = 0; i < self.columns_.size(); ++i)
            self.fill(duck.data_chunk_get_vector(chunk, i), i, rows);
        duck.data_chunk_set_size(chunk, rows.size());
    }

    void fill(duck::Vector vector, std::size_t column, const std::vector<Row>& rows) const {
        const auto type = columns_[column].type;
        if (is_file(type)) return fill_files(vector, column, rows);
        auto* data = duck_.vector_get_data(vector);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const auto& cell = rows[i][column];
            if (is_missing(cell)) {
                leave_out(vector, i);
            } else if (type == CellType::integer) {
                static_cast<std::int64_t*>(data)[i] = std::get<std::int64_t>(cell);
            } else if (type == CellType::number) {
                static_cast<double*>(data)[i] = std::get<double>(cell);
            } else if (type == CellType::flag) {
                static_cast<bool*>(data)[i] = std::get<bool>(cell);
            } else if (type == CellType::time) {
                static_cast<std::int64_t*>(data)[i] =
                    std::chrono::floor<std::chrono::microseconds>(std::get<base::Time>(cell))
                        .time_since_epoch()
                        .count();
            } else if (type == CellType::json) {
                std::string json;
                append_json(cell, json);
                put(vector, i, json);
            } else {
                put(vector, i, std::get<std::string>(cell));
            }
        }
    }

    void fill_files(duck::Vector vector, std::size_t column, const std::vector<Row>& rows) const {
        auto bytes = duck_.struct_vector_get_child(vector, 0);
        auto path = duck_.struct_vector_get_child(vector, 1);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            leave_out(path, i);
            if (const auto* file = std::get_if<FileCell>(&rows[i][column])) {
                put(bytes, i, file->bytes);
            } else {
                leave_out(bytes, i);
                leave_out(vector, i);
            }
        }
    }

    void put(duck::Vector vector, std::size_t row, std::string_view text) const {
        duck_.vector_assign_string_element_len(vector, row, text.data(), text.size());
    }
    void leave_out(duck::Vector vector, std::size_t row) const {
        duck_.vector_ensure_validity_writable(vector);
        duck_.vector_get_validity(vector)[row / 64] &= ~(std::uint64_t{1} << row % 64);
    }

    const duck::Library& duck_ = duck::library();
    std::filesystem::path path_;
    std::vector<DataColumn> columns_;
    duck::Session session_;
    Tray tray_;
    std::vector<Row> filled_;
    std::size_t bytes_ = 0;
    std::string fault_;  // of the other thread; read when it has ended
    std::jthread copying_;
};

}  // namespace

std::unique_ptr<RowWriter>
write_parquet(const std::filesystem::path& path, std::vector<DataColumn> columns) {
    return std::make_unique<ParquetWriter>(path, std::move(columns));
}

}  // namespace formats
