#include "base/bytes/password.hpp"

#include <catch2/catch.hpp>

TEST_CASE("a password fits its own hash alone", "[base][password]") {
    auto hash = base::password_hash("correct horse battery");
    CHECK(hash.starts_with("$argon2id$v=19$m=65536,t=2,p=1$"));
    CHECK(base::is_password_of(hash, "correct horse battery"));
    CHECK_FALSE(base::is_password_of(hash, "correct horse batterz"));
    CHECK_FALSE(base::is_password_of(hash, ""));
    CHECK_FALSE(base::is_password_of(hash, std::string_view("correct horse battery\0", 22)));
    CHECK(base::password_hash("correct horse battery") != hash);
}

TEST_CASE("a line that is no hash fits no password", "[base][password]") {
    for (const auto* line : {"", "x", "$argon2id$", "$argon2id$v=19$m=65536,t=2,p=1$c2FsdA$aGFzaA"})
        CHECK_FALSE(base::is_password_of(line, "correct horse battery"));
    CHECK_FALSE(base::is_password_of(std::string(500, '$'), "correct horse battery"));
}
