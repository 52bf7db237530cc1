#pragma once

#include <memory>
#include <string>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "messages/type_ids.hpp"

/// One message of every type of the vocabulary, with every field set: to a
/// value that follows from its number, so that two fields that change places
/// show.
namespace cohort::tests {

namespace pbuf = google::protobuf;

inline void fill(pbuf::Message& message, int depth = 0) {
  auto& type = *message.GetDescriptor();
  auto& access = *message.GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    auto* field = type.field(i);
    auto number = static_cast<uint32_t>(field->number());
    auto many = field->is_repeated();
#define COHORT_FILL(kind, value)                                               \
  many ? access.Add##kind(&message, field, value)                              \
       : access.Set##kind(&message, field, value)
    switch (field->cpp_type()) {
      case pbuf::FieldDescriptor::CPPTYPE_INT32:
        COHORT_FILL(Int32, -static_cast<int32_t>(number));
        break;
      case pbuf::FieldDescriptor::CPPTYPE_INT64:
        COHORT_FILL(Int64, -static_cast<int64_t>(number) << 33);
        break;
      case pbuf::FieldDescriptor::CPPTYPE_UINT32:
        COHORT_FILL(UInt32, number);
        break;
      case pbuf::FieldDescriptor::CPPTYPE_UINT64:
        COHORT_FILL(UInt64, uint64_t{number} << 33);
        break;
      case pbuf::FieldDescriptor::CPPTYPE_DOUBLE:
        COHORT_FILL(Double, number + 0.5);
        break;
      case pbuf::FieldDescriptor::CPPTYPE_FLOAT:
        COHORT_FILL(Float, static_cast<float>(number) + 0.5F);
        break;
      case pbuf::FieldDescriptor::CPPTYPE_BOOL:
        COHORT_FILL(Bool, true);
        break;
      case pbuf::FieldDescriptor::CPPTYPE_ENUM: {
        auto* last
          = field->enum_type()->value(field->enum_type()->value_count() - 1);
        COHORT_FILL(Enum, last);
        break;
      }
      case pbuf::FieldDescriptor::CPPTYPE_STRING:
        COHORT_FILL(String, "f" + std::to_string(number));
        break;
      case pbuf::FieldDescriptor::CPPTYPE_MESSAGE: {
        auto* inner = many ? access.AddMessage(&message, field)
                           : access.MutableMessage(&message, field);
        if (depth < 1)
          fill(*inner, depth + 1);
        break;
      }
    }
#undef COHORT_FILL
  }
}

/// In the order of their files. The alternatives of a oneof come one by one.
inline std::vector<std::unique_ptr<pbuf::Message>> filled_messages() {
  std::vector<std::unique_ptr<pbuf::Message>> result;
  auto& factory = *pbuf::MessageFactory::generated_factory();
  for (auto* any : {cohort::messages::v1::TaskRequest::descriptor(),
                    cohort::messages::v1::Evidence::descriptor(),
                    cohort::messages::v1::Decomposition::descriptor(),
                    cohort::messages::v1::ReviewRequest::descriptor(),
                    cohort::messages::v1::BreakerChange::descriptor(),
                    cohort::messages::v1::GateReport::descriptor(),
                    cohort::messages::v1::AttemptResult::descriptor(),
                    cohort::messages::v1::WorkUnit::descriptor(),
                    cohort::messages::v1::ProgressEvent::descriptor(),
                    cohort::messages::v1::Event::descriptor(),
                    cohort::messages::v1::StartCoordination::descriptor(),
                    cohort::messages::v1::TakeSnapshot::descriptor(),
                    cohort::messages::v1::StartTimer::descriptor(),
                    cohort::messages::v1::Shutdown::descriptor(),
                    cohort::messages::v1::Envelope::descriptor(),
                    cohort::messages::v1::AttemptSpan::descriptor()}) {
    auto& file = *any->file();
    for (int i = 0; i < file.message_type_count(); ++i) {
      auto* type = file.message_type(i);
      auto& message = *result.emplace_back(factory.GetPrototype(type)->New());
      fill(message);
      // A oneof keeps what was set last; the others are messages of their own.
      for (int o = 0; o < type->real_oneof_decl_count(); ++o)
        for (int f = 0; f + 1 < type->oneof_decl(o)->field_count(); ++f) {
          auto* field = type->oneof_decl(o)->field(f);
          if (field->cpp_type() != pbuf::FieldDescriptor::CPPTYPE_MESSAGE)
            continue;
          auto& other = *result.emplace_back(factory.GetPrototype(type)->New());
          fill(*other.GetReflection()->MutableMessage(&other, field), 1);
        }
    }
  }
  return result;
}

} // namespace cohort::tests
