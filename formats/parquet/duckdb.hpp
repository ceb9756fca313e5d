#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

// The part of DuckDB's C API that is used here, declared by us: the library is optional when the
// program runs and no header of it is needed to build it. Names, types and numbers are those of
// duckdb.h 1.5.
namespace formats::duck {

using Index = std::uint64_t;
enum class State : int { success = 0, error = 1 };
enum class Type : int {
    boolean = 1,
    bigint = 5,
    double_number = 11,
    varchar = 17,
    blob = 18,
    timestamp_tz = 31,
};

// A text or bytes within a vector: up to twelve of them lie in it.
union Text {
    struct {
        std::uint32_t size;
        char bytes[12];
    } near;
    struct {
        std::uint32_t size;
        char prefix[4];
        const char* bytes;
    } far;

    std::string_view view() const {
        const auto size = near.size;
        return {size <= sizeof near.bytes ? near.bytes : far.bytes, size};
    }
};
static_assert(sizeof(Text) == 16);

struct Result {
    Index column_count, row_count, rows_changed;
    void* columns;
    char* message;
    void* internal;
};

using Database = struct DatabaseTag*;
using Connection = struct ConnectionTag*;
using Statement = struct StatementTag*;
using Chunk = struct ChunkTag*;
using Vector = struct VectorTag*;
using LogicalType = struct LogicalTypeTag*;
using TableFunction = struct TableFunctionTag*;
using BindInfo = struct BindInfoTag*;
using InitInfo = struct InitInfoTag*;
using FunctionInfo = struct FunctionInfoTag*;

// Each function by its name behind "duckdb_".
struct Library {
    State (*open)(const char* path, Database*);
    void (*close)(Database*);
    State (*connect)(Database, Connection*);
    void (*disconnect)(Connection*);

    State (*query)(Connection, const char* sql, Result*);
    Index (*column_count)(Result*);
    const char* (*column_name)(Result*, Index column);
    State (*prepare)(Connection, const char* sql, Statement*);
    const char* (*prepare_error)(Statement);
    State (*execute_prepared_streaming)(Statement, Result*);
    void (*destroy_prepare)(Statement*);
    const char* (*result_error)(Result*);
    void (*destroy_result)(Result*);
    Chunk (*fetch_chunk)(Result);

    Index (*data_chunk_get_size)(Chunk);
    void (*data_chunk_set_size)(Chunk, Index);
    Vector (*data_chunk_get_vector)(Chunk, Index column);
    void (*destroy_data_chunk)(Chunk*);
    Index (*vector_size)();
    void* (*vector_get_data)(Vector);
    std::uint64_t* (*vector_get_validity)(Vector);
    void (*vector_ensure_validity_writable)(Vector);
    void (*vector_assign_string_element_len)(Vector, Index row, const char*, Index size);
    Vector (*struct_vector_get_child)(Vector, Index child);

    LogicalType (*create_logical_type)(Type);
    LogicalType (*create_struct_type)(LogicalType* members, const char** names, Index count);
    void (*logical_type_set_alias)(LogicalType, const char*);
    void (*destroy_logical_type)(LogicalType*);

    TableFunction (*create_table_function)();
    void (*destroy_table_function)(TableFunction*);
    void (*table_function_set_name)(TableFunction, const char*);
    void (*table_function_set_extra_info)(TableFunction, void*, void (*)(void*));
    void (*table_function_set_bind)(TableFunction, void (*)(BindInfo));
    void (*table_function_set_init)(TableFunction, void (*)(InitInfo));
    void (*table_function_set_function)(TableFunction, void (*)(FunctionInfo, Chunk));
    State (*register_table_function)(Connection, TableFunction);
    void* (*bind_get_extra_info)(BindInfo);
    void (*bind_add_result_column)(BindInfo, const char* name, LogicalType);
    void* (*function_get_extra_info)(FunctionInfo);
    void (*function_set_error)(FunctionInfo, const char*);
};

// Opened when it is first asked for: where TILTH_DUCKDB says, beside the program
// (../lib/tilth), in /usr/local/lib/tilth, where script/bootstrap puts it, or among the system's
// libraries. Throws base::Error, with how it is installed, if it is missing. Thread-safe.
const Library& library();
// Whether it is there.
bool is_installed();

// A database in memory of one work's own: one thread, bounded memory, no temporary files, no
// extension but those within the library, and no network.
class Session {
public:
    explicit Session(const std::string& memory);
    ~Session();
    Session(const Session&) = delete;

    // For reading what is not trusted: from now on no other file can be opened, and nothing of this
    // undone.
    void confine_to(const std::filesystem::path& file);
    // Throws base::Error of `what` if DuckDB refuses.
    void run(const std::string& sql, const std::string& what);
    Connection connection() const { return connection_; }

private:
    explicit Session(const Library& library) : duck_(library) {}

    const Library& duck_;
    Database database_ = nullptr;
    Connection connection_ = nullptr;
};

// The first line of a message of DuckDB's.
std::string first_line(const char* message);
// A text, and a name, as SQL spells them.
std::string sql_text(std::string_view text);
std::string sql_name(std::string_view name);

}  // namespace formats::duck
