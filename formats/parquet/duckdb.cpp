// DuckDB's library, opened by name. A function that it lacks means another library than is known
// here, and is told like a missing one.
#include "formats/parquet/duckdb.hpp"

#include <array>
#include <bit>
#include <optional>
#include <string>
#include <vector>

#include <dlfcn.h>
#include <cstdlib>

#include "base/error.hpp"

namespace formats::duck {

namespace fs = std::filesystem;

namespace {

constexpr auto file_name = "libduckdb.so";
constexpr auto mend = "install it by 'script/bootstrap duckdb', or say where it is by TILTH_DUCKDB";

struct Opened {
    Library library{};
    std::string fault;  // empty: it is there
};

std::vector<std::string> places() {
    if (const char* said = std::getenv("TILTH_DUCKDB")) return {said};
    std::error_code none;
    const auto program = fs::read_symlink("/proc/self/exe", none);
    return {
        (program.parent_path().parent_path() / "lib" / "tilth" / file_name).string(),
        std::string("/usr/local/lib/tilth/") + file_name,
        file_name};
}

template <typename Function>
void find(void* handle, const char* name, Function& function, std::string& missing) {
    function = std::bit_cast<Function>(::dlsym(handle, name));
    if (!function) missing = name;
}

// The first function that is missing; empty if all are there.
std::string find_all(void* handle, Library& duck) {
    std::string missing;
    auto get = [&](const char* name, auto& function) { find(handle, name, function, missing); };
    get("duckdb_open", duck.open);
    get("duckdb_close", duck.close);
    get("duckdb_connect", duck.connect);
    get("duckdb_disconnect", duck.disconnect);
    get("duckdb_query", duck.query);
    get("duckdb_column_count", duck.column_count);
    get("duckdb_column_name", duck.column_name);
    get("duckdb_prepare", duck.prepare);
    get("duckdb_prepare_error", duck.prepare_error);
    get("duckdb_execute_prepared_streaming", duck.execute_prepared_streaming);
    get("duckdb_destroy_prepare", duck.destroy_prepare);
    get("duckdb_result_error", duck.result_error);
    get("duckdb_destroy_result", duck.destroy_result);
    get("duckdb_fetch_chunk", duck.fetch_chunk);
    get("duckdb_data_chunk_get_size", duck.data_chunk_get_size);
    get("duckdb_data_chunk_set_size", duck.data_chunk_set_size);
    get("duckdb_data_chunk_get_vector", duck.data_chunk_get_vector);
    get("duckdb_destroy_data_chunk", duck.destroy_data_chunk);
    get("duckdb_vector_size", duck.vector_size);
    get("duckdb_vector_get_data", duck.vector_get_data);
    get("duckdb_vector_get_validity", duck.vector_get_validity);
    get("duckdb_vector_ensure_validity_writable", duck.vector_ensure_validity_writable);
    get("duckdb_vector_assign_string_element_len", duck.vector_assign_string_element_len);
    get("duckdb_struct_vector_get_child", duck.struct_vector_get_child);
    get("duckdb_create_logical_type", duck.create_logical_type);
    get("duckdb_create_struct_type", duck.create_struct_type);
    get("duckdb_logical_type_set_alias", duck.logical_type_set_alias);
    get("duckdb_destroy_logical_type", duck.destroy_logical_type);
    get("duckdb_create_table_function", duck.create_table_function);
    get("duckdb_destroy_table_function", duck.destroy_table_function);
    get("duckdb_table_function_set_name", duck.table_function_set_name);
    get("duckdb_table_function_set_extra_info", duck.table_function_set_extra_info);
    get("duckdb_table_function_set_bind", duck.table_function_set_bind);
    get("duckdb_table_function_set_init", duck.table_function_set_init);
    get("duckdb_table_function_set_function", duck.table_function_set_function);
    get("duckdb_register_table_function", duck.register_table_function);
    get("duckdb_bind_get_extra_info", duck.bind_get_extra_info);
    get("duckdb_bind_add_result_column", duck.bind_add_result_column);
    get("duckdb_function_get_extra_info", duck.function_get_extra_info);
    get("duckdb_function_set_error", duck.function_set_error);
    return missing;
}

Opened open_library() {
    Opened opened;
    std::string tried;
    for (const auto& place : places()) {
        void* handle = ::dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (!handle) {
            tried += tried.empty() ? place : ", " + place;
            continue;
        }
        if (auto missing = find_all(handle, opened.library); !missing.empty())
            opened.fault = place + " has no " + missing + ", so it is another version";
        return opened;
    }
    opened.fault = "the library that reads and writes Parquet is not at " + tried;
    return opened;
}

const Opened& opened() {
    static const Opened once = open_library();
    return once;
}

std::string quoted(std::string_view text, char quote) {
    std::string out(1, quote);
    for (char c : text) {
        if (c == quote) out += quote;
        out += c;
    }
    return out + quote;
}

}  // namespace

bool is_installed() {
    return opened().fault.empty();
}

const Library& library() {
    if (!is_installed()) throw base::Error("DuckDB", opened().fault, mend);
    return opened().library;
}

// The destructor closes what was opened, whatever fails behind it.
Session::Session(const std::string& memory) : Session(library()) {
    if (duck_.open(nullptr, &database_) != State::success ||
        duck_.connect(database_, &connection_) != State::success)
        throw base::Error("DuckDB", "does not start", "is there memory left?");
    for (const auto* setting :
         {"threads = 1",
          "temp_directory = ''",
          "autoinstall_known_extensions = false",
          "autoload_known_extensions = false",
          "allow_community_extensions = false",
          "TimeZone = 'UTC'"})
        run(std::string("SET ") + setting, "DuckDB");
    run("SET memory_limit = " + sql_text(memory), "DuckDB");
}

Session::~Session() {
    if (connection_) duck_.disconnect(&connection_);
    if (database_) duck_.close(&database_);
}

void Session::confine_to(const fs::path& file) {
    const auto name = file.string();
    run("SET allowed_paths = [" + sql_text(name) + "]", name);
    run("SET enable_external_access = false", name);
    run("SET lock_configuration = true", name);
}

void Session::run(const std::string& sql, const std::string& what) {
    Result result{};
    const auto state = duck_.query(connection_, sql.c_str(), &result);
    const auto message =
        state == State::success ? std::string() : first_line(duck_.result_error(&result));
    duck_.destroy_result(&result);
    if (state != State::success) throw base::Error(what, message);
}

std::string first_line(const char* message) {
    const std::string_view text(message ? message : "unknown");
    return std::string(text.substr(0, text.find('\n')));
}

std::string sql_text(std::string_view text) {
    return quoted(text, '\'');
}
std::string sql_name(std::string_view name) {
    return quoted(name, '"');
}

}  // namespace formats::duck
