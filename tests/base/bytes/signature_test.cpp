// The examples of RFC 7515, appendixes A.2 and A.3.
#include "base/bytes/signature.hpp"

#include <catch2/catch.hpp>

#include "base/bytes/base64.hpp"

using namespace std::string_literals;

namespace {

std::string raw(std::string_view text) {
    return base::from_base64(text).value();
}

const std::string payload =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlf"
    "Q";
const std::string modulus = raw(
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4"
    "QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdb"
    "BYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-D"
    "WNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
);
const std::string rsa = raw(
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5ju"
    "jGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07"
    "Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipU"
    "TI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
);
const std::string x = raw("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU");
const std::string y = raw("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
const std::string ecdsa =
    raw("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");

}  // namespace

TEST_CASE("the signatures of RFC 7515 fit, and changed ones do not", "[base][signature]") {
    auto text = "eyJhbGciOiJSUzI1NiJ9." + payload;
    CHECK(base::fits_rs256(modulus, "\x01\x00\x01"s, text, rsa));
    CHECK_FALSE(base::fits_rs256(modulus, "\x01\x00\x01"s, text + "x", rsa));
    CHECK_FALSE(base::fits_rs256(modulus, "\x03", text, rsa));
    CHECK_FALSE(base::fits_rs256(modulus.substr(0, 255), "\x01\x00\x01"s, text, rsa));
    auto changed = rsa;
    changed[7] ^= 1;
    CHECK_FALSE(base::fits_rs256(modulus, "\x01\x00\x01"s, text, changed));
    CHECK_FALSE(base::fits_rs256(modulus, "\x01\x00\x01"s, text, ""));

    text = "eyJhbGciOiJFUzI1NiJ9." + payload;
    CHECK(base::fits_es256(x, y, text, ecdsa));
    CHECK_FALSE(base::fits_es256(x, y, text + "x", ecdsa));
    CHECK_FALSE(base::fits_es256(y, x, text, ecdsa));
    CHECK_FALSE(base::fits_es256(x, y, text, std::string(64, '\0')));
}

TEST_CASE("keys and signatures of odd sizes fit nothing", "[base][signature]") {
    CHECK_FALSE(base::fits_rs256("", "", "text", "signature"));
    CHECK_FALSE(base::fits_rs256(modulus.substr(128), "\x01\x00\x01"s, "text", rsa));  // 1024 bits
    CHECK_FALSE(base::fits_es256("", "", "text", ecdsa));
    CHECK_FALSE(base::fits_es256(x, y, "text", ecdsa.substr(1)));
    CHECK_FALSE(base::fits_es256(std::string(32, '\xff'), y, "text", ecdsa));
}
