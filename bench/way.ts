/** One way of making hosts what they should be. */
export interface Way {
    readonly name: string;
    /** Prepares what is not measured: packages on hosts, folders on this machine. */
    prepare(hosts: readonly string[]): Promise<void>;
    /** Makes the hosts what they should be. */
    apply(): Promise<void>;
    /** Looks at all items and changes nothing. */
    look(): Promise<void>;
    /** What is left on this machine. */
    clean(): Promise<void>;
    /** Facts for the end of the report. */
    readonly facts?: () => Promise<string[]>;
}
