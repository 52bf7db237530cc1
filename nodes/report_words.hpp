#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "messages/v1/analysis.pb.h"
#include "messages/v1/council.pb.h"
#include "messages/v1/quality.pb.h"
#include "messages/v1/result.pb.h"
#include "messages/v1/task.pb.h"

/// The words and columns that reports for people have in common. Pure.
namespace cohort::nodes {

std::string_view name_of(messages::v1::GateKind kind);
std::string_view name_of(messages::v1::GateVerdict verdict);
std::string_view name_of(messages::v1::Opinion opinion);
std::string mode_name(messages::v1::ExecutionMode mode);

/// Text as content of XML and HTML, or as a value in double quotes. They cannot
/// say most control characters: '?' stands for those, and for what is not
/// UTF-8.
std::string markup(std::string_view text);

std::string number(double value, int digits = 2);
/// With spaces behind it, to at least that width.
std::string padded(std::string_view text, size_t width);
/// The first line, at most that wide.
std::string cut(const std::string& text, size_t width);
/// The first five of them, and how many more there are.
std::string
listed(const google::protobuf::RepeatedPtrField<std::string>& texts);
/// "src/a.cc:7"; empty where there is no file.
std::string place(const messages::v1::Location& location);
messages::v1::Location place_of(const messages::v1::Culprit& culprit);
/// "src/a.cc:7: ", as what stands in front of what is said of it.
std::string in_front(const std::string& place);
/// "with it area_test fails (by s2)".
std::string harm_of(const messages::v1::Culprit& culprit);
/// "1 file", "2 files".
std::string counted(int64_t n, std::string_view what);

} // namespace cohort::nodes
