#include "runtime/chat/answer_reader.hpp"

#include <nlohmann/json.hpp>

namespace cohort::runtime::chat {

namespace {

using nlohmann::json;

/// What stands around an answer's words: names, escapes, one event a token.
constexpr uint64_t overhead = 64;

std::optional<uint64_t> number(const json& object, const char* name) {
  auto found = object.find(name);
  if (found == object.end() || !found->is_number_unsigned())
    return std::nullopt;
  return found->get<uint64_t>();
}

const json* member(const json& object, const char* name) {
  if (!object.is_object())
    return nullptr;
  auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

} // namespace

bool answer_reader::feed(std::string_view bytes) {
  taken_ += bytes.size();
  if (taken_ > bytes_max_ * overhead || pending_.size() > bytes_max_ * 2)
    is_too_large_ = true;
  if (is_too_large_)
    return false;
  pending_ += bytes;
  take_lines();
  return !is_too_large_;
}

void answer_reader::end() {
  take_line(pending_);
  if (!understood_)
    take_object(pending_);
  pending_.clear();
}

/// Lines of events; a JSON object on many lines stays until its end.
void answer_reader::take_lines() {
  auto first = pending_.find_first_not_of(" \t\r\n");
  if (first == std::string::npos || pending_[first] == '{')
    return;
  size_t begin = 0;
  for (auto end = pending_.find('\n', searched_); end != std::string::npos;
       end = pending_.find('\n', begin)) {
    take_line(std::string_view{pending_}.substr(begin, end - begin));
    begin = end + 1;
  }
  pending_.erase(0, begin);
  searched_ = pending_.size();
}

void answer_reader::take_line(std::string_view line) {
  constexpr std::string_view field = "data:";
  if (!line.starts_with(field))
    return;
  line.remove_prefix(field.size());
  if (line.starts_with(' '))
    line.remove_prefix(1);
  if (!line.starts_with("[DONE]"))
    take_object(line);
}

void answer_reader::take_object(std::string_view text) {
  auto object = json::parse(text, nullptr, false);
  if (auto* usage = member(object, "usage"); usage && usage->is_object()) {
    tokens_in_ = number(*usage, "prompt_tokens");
    tokens_out_ = number(*usage, "completion_tokens");
  }
  auto* choices = member(object, "choices");
  if (choices == nullptr || !choices->is_array() || choices->empty())
    return;
  auto& choice = choices->front();
  auto* piece = member(choice, "delta");
  if (piece == nullptr)
    piece = member(choice, "message");
  if (piece == nullptr)
    return;
  understood_ = true;
  if (auto* words = member(*piece, "content"); words && words->is_string())
    text_ += words->get_ref<const std::string&>();
  if (auto* reason = member(choice, "finish_reason");
      reason && reason->is_string())
    finished_ = *reason == "stop";
  if (text_.size() > bytes_max_) {
    text_.resize(bytes_max_);
    is_too_large_ = true;
  }
}

} // namespace cohort::runtime::chat
