#include <doctest/doctest.h>

#include <chrono>

#include "runtime/chat/endpoint.hpp"

namespace cohort::tests::http_endpoint_test {

using namespace cohort::runtime::chat;
using clock = std::chrono::steady_clock;

TEST_CASE("what no connection carried was not sent") {
  chat_settings settings;
  settings.url = "http://127.0.0.1:1"; // Nothing listens on tcpmux.
  auto model = make_http_endpoint(settings, "");
  REQUIRE(model);
  auto what = (*model)->post("{}", clock::now() + std::chrono::seconds{5});
  CHECK(what.status == 0);
  CHECK(!what.was_sent);
  CHECK(!what.text.empty());
}

TEST_CASE("addresses that are none, and keys that are none, are refused") {
  chat_settings settings;
  for (auto* url : {"", "ftp://host", "http://", "https://user:word@host",
                    "https://host/v1?key=1", "https://ho st"}) {
    settings.url = url;
    CHECK(!make_http_endpoint(settings, ""));
  }
  settings.url = "https://host/v1";
  CHECK(make_http_endpoint(settings, "sk-1"));
  CHECK(!make_http_endpoint(settings, "sk-1\r\nHost: other"));
}

} // namespace cohort::tests::http_endpoint_test
