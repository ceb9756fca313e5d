// Values are read as text by SQLGetData in parts of 8 KiB: ODBC drivers disagree on the binary
// forms of dates and decimals, and a bound buffer would need to know the largest value beforehand.
//
// Few drivers compare rows, and none agrees on LIMIT: statements spell the comparison out, and
// SQL_ATTR_MAX_ROWS ends a page. Parameters that are numbers keep the column's own type, or the
// server could convert the column instead and not use its index. Drivers put the connection string
// into their messages, so every secret is struck out of them.
#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>
#include <sql.h>
#include <sqlext.h>

#include "base/error.hpp"
#include "ingest/sources/database/driver.hpp"
#include "ingest/sources/database/statement.hpp"

namespace ingest::database {

namespace {

Column::Kind kind_of(SQLSMALLINT type) {
    switch (type) {
        case SQL_BIT:
            return Column::Kind::boolean;
        case SQL_TINYINT:
        case SQL_SMALLINT:
        case SQL_INTEGER:
        case SQL_BIGINT:
        case SQL_DECIMAL:
        case SQL_NUMERIC:
        case SQL_REAL:
        case SQL_FLOAT:
        case SQL_DOUBLE:
            return Column::Kind::number;
        case SQL_BINARY:
        case SQL_VARBINARY:
        case SQL_LONGVARBINARY:
            return Column::Kind::bytes;
        default:
            return Column::Kind::text;
    }
}

SQLCHAR* bytes_of(const std::string& text) {
    return reinterpret_cast<SQLCHAR*>(const_cast<char*>(text.c_str()));
}

class Handle {
public:
    Handle(SQLSMALLINT kind, SQLHANDLE parent) : kind_(kind) {
        SQLAllocHandle(kind, parent, &handle_);
    }
    ~Handle() {
        if (handle_) SQLFreeHandle(kind_, handle_);
    }
    Handle(const Handle&) = delete;
    operator SQLHANDLE() const { return handle_; }

private:
    SQLSMALLINT kind_;
    SQLHANDLE handle_ = SQL_NULL_HANDLE;
};

class Odbc : public Driver {
public:
    Odbc(const std::string& connection, const std::string& password)
        : environment_(SQL_HANDLE_ENV, SQL_NULL_HANDLE) {
        SQLSetEnvAttr(
            environment_, SQL_ATTR_ODBC_VERSION, reinterpret_cast<SQLPOINTER>(SQL_OV_ODBC3), 0
        );
        connection_ = std::make_unique<Handle>(SQL_HANDLE_DBC, environment_);
        SQLSetConnectAttr(
            *connection_, SQL_ATTR_LOGIN_TIMEOUT, reinterpret_cast<SQLPOINTER>(15), 0
        );
        SQLSetConnectAttr(
            *connection_, SQL_ATTR_ACCESS_MODE, reinterpret_cast<SQLPOINTER>(SQL_MODE_READ_ONLY), 0
        );
        keep_secret(connection, password);
        auto text = connection;
        if (!password.empty()) text += ";PWD={" + password + "}";
        auto code = SQLDriverConnect(
            *connection_,
            nullptr,
            bytes_of(text),
            static_cast<SQLSMALLINT>(text.size()),
            nullptr,
            0,
            nullptr,
            SQL_DRIVER_NOPROMPT
        );
        if (!SQL_SUCCEEDED(code))
            fail(
                SQL_HANDLE_DBC,
                *connection_,
                "check the connection string, the driver's name in odbcinst.ini and the server"
            );
        connected_ = true;
        std::array<char, 8> quote{};
        SQLSMALLINT size = 0;
        if (SQL_SUCCEEDED(SQLGetInfo(
                *connection_,
                SQL_IDENTIFIER_QUOTE_CHAR,
                quote.data(),
                static_cast<SQLSMALLINT>(quote.size()),
                &size
            )))
            quote_ = std::string_view(quote.data()) == " " ? "" : quote.data();
        std::array<char, 128> name{};
        if (SQL_SUCCEEDED(SQLGetInfo(
                *connection_,
                SQL_DATABASE_NAME,
                name.data(),
                static_cast<SQLSMALLINT>(name.size()),
                &size
            )))
            name_ = name.data();
        if (SQL_SUCCEEDED(SQLGetInfo(
                *connection_,
                SQL_DBMS_NAME,
                name.data(),
                static_cast<SQLSMALLINT>(name.size()),
                &size
            )))
            product_ = name.data();
    }

    ~Odbc() override {
        statement_.reset();
        if (connected_) SQLDisconnect(*connection_);
    }

    std::string shown() const override {
        return "odbc:" + product_ + (name_.empty() ? "" : "/" + name_);
    }
    std::string quoted(std::string_view name) const override {
        std::string out = quote_;
        for (char c : name) {
            if (!quote_.empty() && c == quote_.front()) out.push_back(c);
            out.push_back(c);
        }
        return out + quote_;
    }
    std::string limit(std::size_t) const override { return {}; }  // by SQL_ATTR_MAX_ROWS
    bool compares_rows() const override { return false; }

    Described describe(const Spec& spec) override {
        Described described;
        prepare(empty_selection(*this, spec));
        check(SQLExecute(*statement_));
        SQLSMALLINT count = 0;
        check(SQLNumResultCols(*statement_, &count));
        types_.clear();
        for (SQLUSMALLINT i = 1; i <= count; ++i) {
            std::array<char, 256> name{};
            SQLSMALLINT size = 0, type = 0, digits = 0, nullable = 0;
            SQLULEN width = 0;
            check(SQLDescribeCol(
                *statement_,
                i,
                reinterpret_cast<SQLCHAR*>(name.data()),
                static_cast<SQLSMALLINT>(name.size()),
                &size,
                &type,
                &width,
                &digits,
                &nullable
            ));
            described.columns.push_back(
                {name.data(), kind_of(type), false, nullable != SQL_NO_NULLS}
            );
            types_[name.data()] = {type, width, digits};
        }
        columns_ = described.columns;
        if (!spec.table.empty()) add_key(spec.table, described);
        return described;
    }

    void begin(
        const std::string& sql,
        const std::vector<std::string>& parameters,
        const std::vector<Column>& kinds,
        std::size_t rows
    ) override {
        prepare(sql);
        SQLSetStmtAttr(*statement_, SQL_ATTR_MAX_ROWS, reinterpret_cast<SQLPOINTER>(rows), 0);
        parameters_ = parameters;
        sizes_.assign(parameters.size(), SQL_NTS);
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            auto type = types_[kinds[i].name];
            bool number = kinds[i].kind == Column::Kind::number;
            check(SQLBindParameter(
                *statement_,
                static_cast<SQLUSMALLINT>(i + 1),
                SQL_PARAM_INPUT,
                SQL_C_CHAR,
                number ? type.type : static_cast<SQLSMALLINT>(SQL_VARCHAR),
                number ? type.width : std::max<SQLULEN>(1, parameters_[i].size()),
                number ? type.digits : SQLSMALLINT{0},
                bytes_of(parameters_[i]),
                static_cast<SQLLEN>(parameters_[i].size()),
                &sizes_[i]
            ));
        }
        check(SQLExecute(*statement_));
    }

    bool next(std::vector<Value>& row) override {
        if (!statement_) return false;
        auto code = SQLFetch(*statement_);
        if (code == SQL_NO_DATA) {
            statement_.reset();
            return false;
        }
        check(code);
        row.resize(columns_.size());
        for (std::size_t i = 0; i < columns_.size(); ++i)
            row[i] = value(static_cast<SQLUSMALLINT>(i + 1), columns_[i].kind);
        return true;
    }

private:
    struct Type {
        SQLSMALLINT type = SQL_VARCHAR;
        SQLULEN width = 0;
        SQLSMALLINT digits = 0;
    };

    void keep_secret(const std::string& connection, const std::string& password) {
        if (!password.empty()) secrets_.push_back(password);
        auto lower = connection;
        std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
            return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
        });
        for (std::string_view word : {"pwd=", "password="}) {
            auto at = lower.find(word);
            if (at == lower.npos) continue;
            auto from = at + word.size();
            auto secret = connection.substr(from, connection.find(';', from) - from);
            if (!secret.empty()) secrets_.push_back(secret);
        }
    }

    [[noreturn]] void fail(SQLSMALLINT kind, SQLHANDLE handle, std::string_view mend) const {
        std::array<SQLCHAR, 6> state{};
        std::array<char, 512> message{};
        SQLINTEGER native = 0;
        SQLSMALLINT size = 0;
        SQLGetDiagRec(
            kind,
            handle,
            1,
            state.data(),
            &native,
            reinterpret_cast<SQLCHAR*>(message.data()),
            static_cast<SQLSMALLINT>(message.size()),
            &size
        );
        std::string reason(message.data());
        reason = reason.substr(0, reason.find_first_of("\r\n;"));
        for (const auto& secret : secrets_)
            for (auto at = reason.find(secret); at != reason.npos; at = reason.find(secret, at + 3))
                reason.replace(at, secret.size(), "***");
        throw base::Error(
            "database", reason.empty() ? "the driver does not say why" : reason, mend
        );
    }

    void check(SQLRETURN code) const {
        if (!SQL_SUCCEEDED(code))
            fail(
                SQL_HANDLE_STMT,
                *statement_,
                "check the names of table and columns, or mend the query"
            );
    }

    void prepare(const std::string& sql) {
        statement_.reset();
        statement_ = std::make_unique<Handle>(SQL_HANDLE_STMT, *connection_);
        check(SQLPrepare(*statement_, bytes_of(sql), static_cast<SQLINTEGER>(sql.size())));
    }

    void add_key(const std::string& table, Described& described) {
        auto dot = table.rfind('.');
        auto schema = dot == table.npos ? std::string() : table.substr(0, dot);
        auto name = dot == table.npos ? table : table.substr(dot + 1);
        statement_ = std::make_unique<Handle>(SQL_HANDLE_STMT, *connection_);
        auto code = SQLPrimaryKeys(
            *statement_,
            nullptr,
            0,
            schema.empty() ? nullptr : bytes_of(schema),
            static_cast<SQLSMALLINT>(schema.size()),
            bytes_of(name),
            static_cast<SQLSMALLINT>(name.size())
        );
        if (!SQL_SUCCEEDED(code)) return;  // not every driver knows
        while (SQL_SUCCEEDED(SQLFetch(*statement_)))
            if (auto column = value(4, Column::Kind::text)) described.key.push_back(*column);
        for (const auto& key : described.key) {
            bool there = std::any_of(
                described.columns.begin(),
                described.columns.end(),
                [&](const auto& column) { return column.name == key; }
            );
            if (!there) {
                described.key.clear();
                return;
            }
        }
    }

    Value value(SQLUSMALLINT column, Column::Kind kind) const {
        std::string whole;
        std::array<char, 8192> part;
        auto as = static_cast<SQLSMALLINT>(kind == Column::Kind::bytes ? SQL_C_BINARY : SQL_C_CHAR);
        auto room = static_cast<SQLLEN>(part.size()) - (as == SQL_C_CHAR ? 1 : 0);
        for (;;) {
            SQLLEN left = 0;
            auto code = SQLGetData(
                *statement_, column, as, part.data(), static_cast<SQLLEN>(part.size()), &left
            );
            if (code == SQL_NO_DATA) break;
            check(code);
            if (left == SQL_NULL_DATA) return std::nullopt;
            auto got = left == SQL_NO_TOTAL || left > room ? room : left;
            whole.append(part.data(), static_cast<std::size_t>(got));
            if (code == SQL_SUCCESS) break;
        }
        if (kind == Column::Kind::boolean)
            return whole == "1" || whole == "true" ? "true" : "false";
        return whole;
    }

    Handle environment_;
    std::unique_ptr<Handle> connection_;
    std::unique_ptr<Handle> statement_;
    bool connected_ = false;
    std::string quote_ = "\"";
    std::string name_;
    std::string product_;
    std::vector<std::string> secrets_;
    std::vector<Column> columns_;
    std::map<std::string, Type> types_;
    std::vector<std::string> parameters_;
    std::vector<SQLLEN> sizes_;
};

}  // namespace

std::unique_ptr<Driver> connect_odbc(const std::string& connection, const std::string& password) {
    return std::make_unique<Odbc>(connection, password);
}

}  // namespace ingest::database
