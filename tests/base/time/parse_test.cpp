#include <catch2/catch.hpp>

#include "base/time/civil.hpp"
#include "base/time/parse.hpp"

using namespace base;

namespace {

std::string shown(std::optional<Time> time) {
    if (!time) return "nothing";
    auto text = rfc3339(*time, Precision::microseconds);
    return text.ends_with(".000000Z") ? rfc3339(*time) : text;
}

struct Case {
    std::string_view text, time;
};

}  // namespace

TEST_CASE("ISO 8601 and RFC 3339 times are read, all of the text or nothing", "[time]") {
    for (const auto& c : std::initializer_list<Case>{
             {"2024-02-29", "2024-02-29T00:00:00Z"},
             {"2024/02/29", "2024-02-29T00:00:00Z"},
             {" 2024-02-29T12:30\n", "2024-02-29T12:30:00Z"},
             {"2024-02-29 12:30:05.5", "2024-02-29T12:30:05.500000Z"},
             {"2024-02-29t12:30:05,1234567z", "2024-02-29T12:30:05.123456Z"},
             {"2024-02-29T12:30:05+01:00", "2024-02-29T11:30:05Z"},
             {"2024-02-29T12:30:05-0730", "2024-02-29T20:00:05Z"},
             {"2024-02-29 12:30:05 +02", "2024-02-29T10:30:05Z"},
             {"2024-02-29 12:30:05 UTC", "2024-02-29T12:30:05Z"},
             {"1969-12-31T23:59:59.25Z", "1969-12-31T23:59:59.250000Z"},
             {"2024-01-01T24:00:00Z", "2024-01-02T00:00:00Z"},
             {"2023-02-29", "nothing"},
             {"2024-02/29", "nothing"},
             {"2024-2-29", "nothing"},
             {"2024-02-29T", "nothing"},
             {"2024-02-29T12", "nothing"},
             {"2024-02-29T12:60", "nothing"},
             {"2024-02-29T25:00", "nothing"},
             {"2024-02-29T12:30:05.", "nothing"},
             {"2024-02-29T12:30:05+1", "nothing"},
             {"2024-02-29T12:30:05 EST", "nothing"},
             {"2024-02-29T12:30:05Zx", "nothing"},
             {"12:30", "nothing"},
             {"", "nothing"},
         }) {
        INFO(c.text);
        CHECK(shown(parse_iso_time(c.text)) == c.time);
    }
}

TEST_CASE("an ISO text tells which parts it has", "[time]") {
    CHECK_FALSE(parse_iso("2024-02-29")->clock);
    auto clock = parse_iso("12:30:01");
    REQUIRE(clock);
    CHECK_FALSE(clock->day);
    CHECK(clock->clock == std::chrono::seconds(12 * 3600 + 30 * 60 + 1));
    CHECK(parse_iso("2024-02-29T00:00-01:00")->offset == std::chrono::minutes(-60));
}

TEST_CASE("W3C's dates may be a year or a month", "[time]") {
    CHECK(shown(parse_w3c_time("2024")) == "2024-01-01T00:00:00Z");
    CHECK(shown(parse_w3c_time("2024-03")) == "2024-03-01T00:00:00Z");
    CHECK(shown(parse_w3c_time("2024-03-02T01:00+01:00")) == "2024-03-02T00:00:00Z");
    CHECK(shown(parse_w3c_time("2024-13")) == "nothing");
    CHECK(shown(parse_w3c_time("24")) == "nothing");
}

TEST_CASE("dates of mail, feeds and HTTP are read in all their forms", "[time]") {
    for (const auto& c : std::initializer_list<Case>{
             {"Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"},
             {"Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37Z"},
             {"Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37Z"},
             {"Wed Oct 10 20:19:24 +0000 2018", "2018-10-10T20:19:24Z"},
             {"Sun Nov  6 08:49:37 PST 1994", "1994-11-06T16:49:37Z"},
             {"Tue, 15 Nov 1994 12:45:26 +0100", "1994-11-15T11:45:26Z"},
             {"Tue, 15 Nov 1994 12:45:26 -0500 (EST)", "1994-11-15T17:45:26Z"},
             {"15 Nov 1994 12:45 EST", "1994-11-15T17:45:00Z"},
             {"Tue, 15 Nov 1994", "1994-11-15T00:00:00Z"},
             {"5 November 2024 9:05:00 CEST", "2024-11-05T07:05:00Z"},
             {"Tue, 15 Nov 69 12:45:26 GMT", "2069-11-15T12:45:26Z"},
             {"Sun, 31 Feb 1994 08:49:37 GMT", "nothing"},
             {"Tue, 15 Nov 1994 12:45:26 XYZ", "nothing"},
             {"Tue, 15 Nov 1994 12:45:26 GMT and more", "nothing"},
             {"15 marbles 2000", "nothing"},
             {"Room 15 Nov 1994", "nothing"},
             {"15 Nov 994", "nothing"},
             {"soon", "nothing"},
             {"", "nothing"},
         }) {
        INFO(c.text);
        CHECK(shown(parse_mail_time(c.text)) == c.time);
    }
}

TEST_CASE("dates that people write are read, if they can be read in one way only", "[time]") {
    for (const auto& c : std::initializer_list<Case>{
             {"2024-05-08 08:53:11 AM", "2024-05-08T08:53:11Z"},
             {"2024-05-08 12:05 am", "2024-05-08T00:05:00Z"},
             {"2024-05-08 08:53:11 CEST", "2024-05-08T06:53:11Z"},
             {"May 8, 2024 8:53 PM EDT", "2024-05-09T00:53:00Z"},
             {"Wednesday, May 8th, 2024 at 8:53pm", "2024-05-08T20:53:00Z"},
             {"8. May 2024", "2024-05-08T00:00:00Z"},
             {"8th of May 2024 \u2013 10:00", "2024-05-08T10:00:00Z"},
             {"Sept. 8 2024", "2024-09-08T00:00:00Z"},
             {"Tue Jun 10 2003 04:00:00 GMT+0200 (Central European Summer Time)",
              "2003-06-10T02:00:00Z"},
             {"Tue, 10 Jun 2003 4:00 JST", "2003-06-09T19:00:00Z"},
             {"10 Jun 2003 04:00 UTC+2", "2003-06-10T02:00:00Z"},
             {"10 Jun 03 0930", "nothing"},
             {"8.5.2024 10:00", "2024-05-08T10:00:00Z"},
             {"13/5/2024", "2024-05-13T00:00:00Z"},
             {"5/13/2024 1:00 PM", "2024-05-13T13:00:00Z"},
             {"5/5/2024", "2024-05-05T00:00:00Z"},
             {"5/8/2024", "nothing"},
             {"2024-5-8", "2024-05-08T00:00:00Z"},
             {"2024", "2024-01-01T00:00:00Z"},
             {"2003-12", "2003-12-01T00:00:00Z"},
             {"Tue, 10 Jun 2003 04:00:00 IST", "nothing"},
             {"May 8, 2024 13:53 PM", "nothing"},
             {"May 8", "nothing"},
             {"May 2024", "nothing"},
             {"8 8 May 2024", "nothing"},
             {"31 June 2024", "nothing"},
             {"version 8.5.2024", "nothing"},
             {"1.2.3", "nothing"},
             {"20240508", "2024-05-08T00:00:00Z"},
             {"20241002T080000Z", "2024-10-02T08:00:00Z"},
             {"20241002T0800+0200", "2024-10-02T06:00:00Z"},
             {"1727856000", "2024-10-02T08:00:00Z"},
             {"1727856000123", "2024-10-02T08:00:00.123000Z"},
             {"20241302", "nothing"},
             {"20241002T08", "nothing"},
             {"123456789", "nothing"},
         }) {
        INFO(c.text);
        CHECK(shown(parse_written_time(c.text)) == c.time);
    }
}

TEST_CASE("months and weekdays are known in the languages of Europe", "[time]") {
    for (const char* text :
         {"3. März 2024",
          "Sonntag, 3. März 2024",
          "3. März 2024 00:00 Uhr",
          "am 3. März 2024",
          "dimanche 3 mars 2024",
          "DIMANCHE 3 MARS 2024",
          "domingo, 3 de marzo de 2024",
          "3 de março de 2024",
          "domenica 3 marzo 2024",
          "zondag 3 maart 2024",
          "3 marca 2024",
          "воскресенье, 3 марта 2024 г.",
          "3 березня 2024",
          "3. marts 2024",
          "3 mars 2024",
          "3. března 2024",
          "3 Mart 2024",
          "3 Μαρτίου 2024"}) {
        INFO(text);
        CHECK(shown(parse_written_time(text)) == "2024-03-03T00:00:00Z");
    }
    CHECK(shown(parse_written_time("1er février 2024 8:53")) == "2024-02-01T08:53:00Z");
    CHECK(shown(parse_written_time("24 déc. 2023")) == "2023-12-24T00:00:00Z");
    CHECK(shown(parse_written_time("11. Jänner 2024")) == "2024-01-11T00:00:00Z");
    CHECK(shown(parse_written_time("8 am May 8 2024")) == "nothing");
    for (const char* text :
         {"3 srpnja 2024",    // of a language that is none of them
          "3 März Mai 2024",  // two months
          "3. Märzen 2024",   // another word
          "der 3. Stock 2024",
          "3 de 2024",
          "märz 2024",
          "am März"}) {
        INFO(text);
        CHECK(shown(parse_written_time(text)) == "nothing");
    }
}

TEST_CASE("a format that is given is the only reading", "[time]") {
    CHECK(shown(parse_time_as(" 5/8/2024 ", "%d/%m/%Y")) == "2024-08-05T00:00:00Z");
    CHECK(shown(parse_time_as("5/8/2024", "%m/%d/%Y")) == "2024-05-08T00:00:00Z");
    CHECK(shown(parse_time_as("080524 0930 +0200", "%d%m%y %H%M %z")) == "2024-05-08T07:30:00Z");
    CHECK(shown(parse_time_as("5/8/2024 9:00", "%d/%m/%Y")) == "nothing");
    CHECK(shown(parse_time_as("31/2/2024", "%d/%m/%Y")) == "nothing");
    CHECK(shown(parse_time_as("2024-05-08", "%d/%m/%Y")) == "nothing");
    CHECK(shown(parse_time_as("2024-05-08", "")) == "2024-05-08T00:00:00Z");
}

TEST_CASE("a plain number is seconds since 1970", "[time]") {
    CHECK(shown(parse_time("86400.5")) == "1970-01-02T00:00:00.500000Z");
    CHECK(shown(parse_time("2024-02-29")) == "2024-02-29T00:00:00Z");
    CHECK(shown(parse_time("Tue, 15 Nov 1994 12:45:26 GMT")) == "1994-11-15T12:45:26Z");
    CHECK(shown(parse_time("9999-12-31")) == "nothing");
    CHECK(shown(parse_time("9999-12-31T23:59:59Z")) == "nothing");
    CHECK(shown(parse_time("31.12.9999")) == "nothing");
    CHECK(shown(parse_time("0001-01-01 00:00:00")) == "nothing");
    CHECK(shown(parse_time("1700-01-01")) == "1700-01-01T00:00:00Z");
    CHECK(shown(parse_time("2261-12-31")) == "2261-12-31T00:00:00Z");
    CHECK(shown(parse_time("1e10")) == "nothing");
    CHECK(shown(parse_time("1727856000500")) == "2024-10-02T08:00:00.500000Z");
    CHECK(shown(parse_time("1727856000500250")) == "2024-10-02T08:00:00.500250Z");
    CHECK(shown(parse_time("1727856000500250999")) == "2024-10-02T08:00:00.500250Z");
    CHECK(shown(parse_time("-1500000000000000")) == "1922-06-20T21:20:00Z");
    CHECK(shown(parse_time("20000000000000")) == "nothing");
    CHECK(shown(parse_time("9300000000000000000")) == "nothing");
    CHECK_FALSE(parse_time("1e15"));
}
