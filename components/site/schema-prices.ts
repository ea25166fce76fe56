import * as z from "zod";
import { whole } from "./fields";
import { share } from "./schema-serving";

const money = (): z.ZodNumber => z.number().min(0).max(1_000_000_000_000);

/** Prices that go before the catalogue's. */
export const pricesSchema = z.strictObject({
    currency: z
        .string()
        .regex(/^[A-Z]{3}$/, "is not a currency: write its three letters, like USD, EUR or CNY")
        .default("USD")
        .describe("Currency of all prices, by ISO 4217: USD, EUR, CNY. Default USD."),
    perUsd: z
        .number()
        .positive()
        .max(1_000_000_000)
        .optional()
        .describe("Units of the currency for 1 USD: converts the catalogue's prices. Needed with another currency."),
    host: z
        .record(z.string(), money().positive())
        .default({})
        .describe("Price of one host with all its GPUs, by catalogue name of the GPU; cpu for hosts without."),
    hostKW: z
        .record(z.string(), z.number().positive().max(10_000))
        .optional()
        .describe(
            "Most power that one host draws with all its GPUs, in kW, by the same names. Unset: the catalogue's.",
        ),
    electricityPerKWh: money().optional().describe("Price of 1 kWh of electricity. Unset: the catalogue's."),
    pue: z
        .number()
        .min(1)
        .max(10)
        .optional()
        .describe("Power of the whole room over that of the hosts, 1 or more. Unset: the catalogue's."),
    networkShare: share()
        .optional()
        .describe("Network hardware as a share of the hosts' price, 0 to 1. Unset: the catalogue's."),
    operationsPerHostYear: money()
        .optional()
        .describe("A year, for each host: people, space, support. Unset: the catalogue's."),
    modelUpdatesPerYear: money()
        .optional()
        .describe("A year, for the whole site: bringing in new models. Unset: the catalogue's."),
    years: whole(1, 20).optional().describe("Years that hardware serves. Unset: 5."),
    hostedPerMillionInput: money()
        .optional()
        .describe("What a hosted service asks for 10⁶ tokens of prompts. Unset: the catalogue's, by model."),
    hostedPerMillionOutput: money()
        .optional()
        .describe("What a hosted service asks for 10⁶ tokens of answers. Unset: the catalogue's, by model."),
});

/** Prices after validation. */
export type PricesEntry = z.output<typeof pricesSchema>;
