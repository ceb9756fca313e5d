#include "ingest/sources/database/driver.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace ingest::database {

std::string Driver::quoted(std::string_view name) const {
    std::string out = "\"";
    for (char c : name) {
        if (c == '"') out.push_back(c);
        out.push_back(c);
    }
    return out + "\"";
}

std::string Driver::output(const Column&, const std::string& expression) const {
    return expression;
}

std::string Driver::parameter(std::size_t) const {
    return "?";
}

std::string Driver::limit(std::size_t rows) const {
    return fmt::format(" LIMIT {}", rows);
}

std::unique_ptr<Driver> connect(const std::string& url, const std::string& password) {
    if (url.starts_with("postgresql://") || url.starts_with("postgres://"))
        return connect_postgres(url, password);
    if (url.starts_with("sqlite:")) {
        auto path = url.substr(7);
        if (path.starts_with("///")) path.erase(0, 2);
        return connect_sqlite(path);
    }
    if (url.starts_with("odbc:")) return connect_odbc(url.substr(5), password);
    throw base::UsageError(
        "database", "its url is of no known kind", "use postgresql://, sqlite:PATH or odbc:.."
    );
}

}  // namespace ingest::database
